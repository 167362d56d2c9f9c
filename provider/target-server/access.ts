/** Who asks, and what it may do. The list of clients is read again when it has changed. */
import type { TLSSocket } from "node:tls";
import { hasCode } from "../errors.ts";
import type { FileSystem } from "../blocks/file-system.ts";
import type { Clock } from "../clock.ts";
import { type Client, isWithin } from "../trust/client-list.ts";
import type { TrustFolder } from "../trust/trust-folder.ts";
import { RequestRefused } from "./refuse.ts";

export type Action = "read" | "put" | "remove";

/** Objects that say who writes and who reads: they are renewed and removed by everybody who may write. */
const claims = "claims/";

/** A client as its connection shows it. */
export interface Peer {
  readonly fingerprint: string;
  /** Signed by the authority, at a time at which the certificate was valid. */
  readonly isAuthorized: boolean;
  readonly from: number;
  readonly until: number;
}

export class Access {
  readonly #trust: TrustFolder;
  readonly #files: FileSystem;
  readonly #clock: Clock;
  readonly #peers = new WeakMap<TLSSocket, Peer>();
  #clients: readonly Client[] = [];
  #state: string | undefined;

  constructor(trust: TrustFolder, files: FileSystem, clock: Clock) {
    this.#trust = trust;
    this.#files = files;
    this.#clock = clock;
  }

  /** Throws `RequestRefused` for a client that is not let in, and `InvalidInput` while the list cannot be read. */
  clientOf(socket: TLSSocket): Client {
    const peer = this.#peerOf(socket);
    const client = peer && this.#listed().find(({ fingerprint }) => fingerprint === peer.fingerprint);
    if (peer === undefined || client === undefined) {
      throw new RequestRefused("NotAdmitted", "The certificate is not in the list of clients.");
    }
    const now = this.#clock.now();
    if (now < peer.from || now > peer.until) {
      throw new RequestRefused(
        "NotInItsTime",
        "The certificate is not valid now, by the clock of the server.",
      );
    }
    if (!peer.isAuthorized)
      throw new RequestRefused("NotAdmitted", "The authority did not sign the certificate.");
    return client;
  }

  #peerOf(socket: TLSSocket): Peer | undefined {
    const known = this.#peers.get(socket);
    if (known !== undefined) return known;
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return undefined;
    const { fingerprint256, validFrom, validTo } = certificate;
    const isAuthorized = socket.authorized;
    const times = { from: Date.parse(validFrom), until: Date.parse(validTo) };
    const peer = { fingerprint: fingerprint256, isAuthorized, ...times };
    this.#peers.set(socket, peer);
    return peer;
  }

  #listed(): readonly Client[] {
    const state = this.#stateOfList();
    if (state !== this.#state) {
      // A list that cannot be read lets no client in, and is read again at the next request.
      this.#state = undefined;
      this.#clients = [];
      this.#clients = this.#trust.clients();
      this.#state = state;
    }
    return this.#clients;
  }

  #stateOfList(): string {
    try {
      const { inode, sizeBytes, modifiedAtNs, changedAtNs } = this.#files.facts(this.#trust.clientsFile);
      return [inode, sizeBytes, modifiedAtNs, changedAtNs].join();
    } catch (error) {
      if (hasCode(error, "NotFound")) return "absent";
      throw error;
    }
  }
}

/** Throws `RequestRefused` if a client may not do it to an object, or to all objects of a prefix. */
export function requireAllowed(client: Client, store: string, name: string, action: Action): void {
  const path = name === "" ? store : `${store}/${name.replace(/\/$/, "")}`;
  if (!isWithin(client, path)) throw notAllowed("The client may not use this store, or these objects of it.");
  if (action === "read") return;
  if (client.rights === "reader") throw notAllowed("The client may only read.");
  if (action === "remove" && client.rights === "writer-without-delete" && !name.startsWith(claims)) {
    throw notAllowed("The client may not remove objects.");
  }
}

/** Whether what a client replaces is kept for a while. */
export function isKept(client: Client, name: string): boolean {
  return client.rights === "writer-without-delete" && !name.startsWith(claims);
}

function notAllowed(why: string): RequestRefused {
  return new RequestRefused("NotAllowed", why);
}

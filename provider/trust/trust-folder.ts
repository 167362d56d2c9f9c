/**
 * A folder with all that a target and its clients trust each other by: a private certificate authority (`ca.pem`,
 * `ca.key`), the target's certificate and key (`server.pem`), the same of each client (`clients/<name>.pem`), and the list of
 * those who are let in (`clients.txt`).
 */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import path from "node:path";
import {
  type FileSystem,
  localFileSystem,
  makeFolderDurably,
  writeAtomically,
} from "../blocks/file-system.ts";
import { readPrivateFile } from "../blocks/read-private-file.ts";
import { readTextFile } from "../blocks/read-text-file.ts";
import { type Clock, systemClock } from "../clock.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import { type Random, systemRandom } from "../random.ts";
import {
  type Client,
  formatClients,
  parseClients,
  requireClientName,
  requirePrefix,
  type Rights,
} from "./client-list.ts";
import { validUntil, warningMilliseconds } from "../certificate-expiry.ts";
import { type CertificateWish, type Identity, makeIdentity } from "./make-certificate.ts";

const dayMilliseconds = 86_400_000;
const authorityDays = 3650;
/** Clocks of two sites may differ by this much when a certificate is new. */
const earlierMilliseconds = 3_600_000;

export interface TrustPorts {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
}

const systemPorts: TrustPorts = { files: localFileSystem, clock: systemClock, random: systemRandom };

export interface CertificateFacts {
  readonly of: "authority" | "server" | "client";
  /** The client's name. */
  readonly name?: string;
  readonly file: string;
  /** Milliseconds since 1970. */
  readonly until: number;
  /** SHA-256, as in the list of clients. */
  readonly fingerprint: string;
}

/** What a server shows, and what it looks at. */
export interface ServerIdentity extends Identity {
  /** The authority's certificate. */
  readonly authority: string;
}

export class TrustFolder {
  readonly folder: string;
  readonly #ports: TrustPorts;

  constructor(folder: string, ports: TrustPorts = systemPorts) {
    this.folder = path.resolve(folder);
    this.#ports = ports;
  }

  /** The list of clients, which people may edit. */
  get clientsFile(): string {
    return this.#path("clients.txt");
  }

  get authorityFile(): string {
    return this.#path("ca.pem");
  }

  /** Where the certificate and key of a client are. */
  clientFile(name: string): string {
    return this.#path("clients", `${name}.pem`);
  }

  /** Runs work that changes the folder, one process at a time. Throws `Busy`. */
  around<T>(work: () => T): T {
    const { files } = this.#ports;
    makeFolderDurably(files, this.folder);
    // What is there already may be left by a process that was killed before it was durable.
    files.syncFolder(this.folder);
    const lock = files.open(this.#path(".lock"), "createOrOpen");
    try {
      if (lock.tryLock?.() !== "busy") return work();
      const message = said`Another process changes ${this.folder}. Run the command again when it is done.`;
      throw new SiteRecoveryError("Busy", message, { target: this.folder });
    } finally {
      lock.close();
    }
  }

  /** Makes the authority unless it is there. True if it is new. */
  makeAuthority(name: string): boolean {
    const { files, clock, random } = this.#ports;
    if (files.exists(this.authorityFile)) return false;
    const authority = makeIdentity(random, {
      name,
      use: "authority",
      ...this.#validity(authorityDays, clock.now()),
    });
    // A key without its certificate has signed nothing yet: it is left by a process that was killed.
    this.#write(this.#path("ca.key"), authority.key);
    this.#write(this.authorityFile, authority.certificate);
    return true;
  }

  /**
   * Makes the server's certificate if there is none for these hosts, or if it ends within 30 days. True if it is new.
   * Without hosts: for those of the certificate that is there.
   */
  makeServer(hosts: readonly string[], days: number): boolean {
    const { files, clock } = this.#ports;
    const certificateFile = this.#path("server.pem");
    const former = files.exists(certificateFile)
      ? new X509Certificate(this.#read(certificateFile))
      : undefined;
    const formerHosts = former === undefined ? [] : hostsOf(former);
    const wanted = hosts.length === 0 ? formerHosts : [...new Set(hosts.map(plainHost))];
    if (wanted.length === 0) return false;
    const isSame = wanted.toSorted().join() === formerHosts.toSorted().join();
    if (former !== undefined && isSame && validUntil(former) - clock.now() > warningMilliseconds)
      return false;
    const server = this.#issue({ name: wanted[0]!, use: "server", hosts: wanted }, days);
    // One file for both, so that a server that reads them never has the key of another certificate.
    this.#write(certificateFile, `${server.certificate}${server.key}`);
    return true;
  }

  /**
   * Sees to it that a client is let in with these rights, whichever certificate of its own it shows. Makes a new one for it
   * if its file is not here or ends within 30 days, or if `renew` says so. True if it is new.
   */
  letIn(client: Omit<Client, "fingerprint">, days: number, renew = false): boolean {
    requireClientName(client.name, "--client");
    for (const one of client.within) requirePrefix(one, "--store");
    const clients = this.clients().map((one) => (one.name === client.name ? { ...one, ...client } : one));
    const isNew = renew || !this.#isGood(client.name, clients);
    this.#write(
      this.clientsFile,
      formatClients([...clients, ...(isNew ? [this.#makeClient(client, days)] : [])]),
    );
    return isNew;
  }

  /** Whether the file of a client is here, will be valid for a while, and is in the list. */
  #isGood(name: string, clients: readonly Client[]): boolean {
    const found = this.validity().find((one) => one.of === "client" && one.name === name);
    if (found === undefined || found.until - this.#ports.clock.now() <= warningMilliseconds) return false;
    return clients.some(({ fingerprint }) => fingerprint === found.fingerprint);
  }

  #makeClient(client: Omit<Client, "fingerprint">, days: number): Client {
    const identity = this.#issue({ name: client.name, use: "client" }, days);
    const { fingerprint256 } = new X509Certificate(identity.certificate);
    this.#write(this.clientFile(client.name), `${identity.certificate}${identity.key}`);
    return { ...client, fingerprint: fingerprint256 };
  }

  /** Shuts a client out. Returns how many certificates it had. Throws `NotFound`. */
  revoke(name: string): number {
    const clients = this.clients();
    const staying = clients.filter((client) => client.name !== name);
    if (staying.length === clients.length) {
      const known = clients.map((client) => client.name).join(", ") || "none";
      const message = said`There is no client "${name}" in ${this.clientsFile}. There are: ${known}.`;
      throw new SiteRecoveryError("NotFound", message, { property: "--revoke" });
    }
    this.#write(this.clientsFile, formatClients(staying));
    this.#ports.files.remove(this.clientFile(name));
    return clients.length - staying.length;
  }

  /** Who is let in. Throws `InvalidInput` if the list cannot be read as a whole. */
  clients(): Client[] {
    if (!this.#ports.files.exists(this.clientsFile)) return [];
    return parseClients(this.#read(this.clientsFile), this.clientsFile);
  }

  /** Of a client, what it may do by the newest line of the list. */
  rightsOf(name: string): Pick<Client, "rights" | "within"> | undefined {
    return this.clients().findLast((client) => client.name === name);
  }

  /** The names and addresses that the server's certificate is for; none if there is no certificate. */
  hosts(): string[] {
    const file = this.#path("server.pem");
    return this.#ports.files.exists(file) ? hostsOf(new X509Certificate(this.#read(file))) : [];
  }

  /** Throws `NotFound` if there is no certificate for a server. */
  serverIdentity(): ServerIdentity {
    const { files } = this.#ports;
    const file = this.#path("server.pem");
    if (!files.exists(file) || !files.exists(this.authorityFile)) {
      const message = said`There is no certificate of a server in ${this.folder}. Run: siterecovery target trust ${this.folder} --host <name or address>`;
      throw new SiteRecoveryError("NotFound", message, { target: this.folder });
    }
    const text = readPrivateFile(file);
    return { certificate: text, key: text, authority: this.#read(this.authorityFile) };
  }

  /** When the certificates of the folder end. Of clients, only those are known whose files are still here. */
  validity(): CertificateFacts[] {
    const { files } = this.#ports;
    const clients = files.list(this.#path("clients")).filter((name) => name.endsWith(".pem"));
    const named: Pick<CertificateFacts, "of" | "name" | "file">[] = [
      { of: "authority", file: this.authorityFile },
      { of: "server", file: this.#path("server.pem") },
      ...clients.map((name) => ({
        of: "client" as const,
        name: name.slice(0, -".pem".length),
        file: this.#path("clients", name),
      })),
    ];
    return named.flatMap((one) => {
      if (!files.exists(one.file)) return [];
      const certificate = new X509Certificate(this.#read(one.file));
      return [{ ...one, until: validUntil(certificate), fingerprint: certificate.fingerprint256 }];
    });
  }

  #issue(wish: Pick<CertificateWish, "name" | "use" | "hosts">, days: number): Identity {
    const { clock, random } = this.#ports;
    const authority = this.#authority();
    const { from, until } = this.#validity(days, clock.now());
    // What an authority has signed is worth nothing after its own end.
    const ends = Math.min(until, validUntil(authority.certificate));
    return makeIdentity(random, { ...wish, from, until: ends }, authority);
  }

  #authority(): Identity {
    const certificate = this.#read(this.authorityFile);
    const keyFile = this.#path("ca.key");
    try {
      return { certificate, key: readPrivateFile(keyFile) };
    } catch (error) {
      if (!hasCode(error, "NotFound")) throw error;
      const message = said`${keyFile} is not there: no certificate can be made. Put it back from where it is kept, and run the command again.`;
      throw new SiteRecoveryError("NotFound", message, { target: keyFile, cause: error });
    }
  }

  #validity(days: number, now: number): { from: number; until: number } {
    return { from: now - earlierMilliseconds, until: now + days * dayMilliseconds };
  }

  #read(file: string): string {
    return readTextFile(this.#ports.files, file);
  }

  #write(file: string, text: string): void {
    makeFolderDurably(this.#ports.files, path.dirname(file));
    writeAtomically(this.#ports.files, file, Buffer.from(text));
  }

  #path(...names: readonly string[]): string {
    return path.join(this.folder, ...names);
  }
}

function hostsOf({ subjectAltName = "" }: X509Certificate): string[] {
  return subjectAltName.split(", ").flatMap((name) => {
    const [, host] = /^(?:DNS|IP Address):(.+)$/.exec(name) ?? [];
    return host === undefined ? [] : [plainHost(host)];
  });
}

/** An address of IPv6 has many spellings. */
function plainHost(host: string): string {
  return isIP(host) === 6 ? new URL(`https://[${host}]`).hostname.slice(1, -1) : host.toLowerCase();
}

export type { Client, Rights };

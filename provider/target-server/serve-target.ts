/** Serves a folder of stores to the clients of a trust folder, over HTTPS with certificates on both sides. */
import { constants } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { type FileSystem, localFileSystem } from "../blocks/file-system.ts";
import { type Clock, systemClock } from "../clock.ts";
import {
  objectBytesMax,
  type Problem,
  protocolHeader,
  protocolVersion,
} from "../drivers/objects-https/protocol.ts";
import { messageOf, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import { type Random, systemRandom } from "../random.ts";
import { describeExpiry, expiriesAmong } from "../certificate-expiry.ts";
import type { Client } from "../trust/client-list.ts";
import { TrustFolder } from "../trust/trust-folder.ts";
import { Access } from "./access.ts";
import { Answers } from "./answer-request.ts";
import { RequestRefused, refusalOf, sendProblem } from "./refuse.ts";
import { ServingFolder } from "./serving-folder.ts";

export interface ServeOptions {
  /** The folder with a folder for each store. */
  readonly folder: string;
  readonly trustFolder: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly readOnly: boolean;
  /** How long what clients replace that may not delete is kept, in days. */
  readonly keptDays: number;
  readonly objectBytesMax?: number;
  readonly connectionsMax?: number;
  /** A connection on which nothing comes or goes for longer is ended, in milliseconds. Default: a minute. */
  readonly idleMilliseconds?: number;
  /** The file system of the folder; tests give others. */
  readonly files?: FileSystem;
  /** What people who look after the server should know. */
  readonly onNotice: (text: string) => void;
}

export interface TargetServer {
  readonly host: string;
  readonly port: number;
  /** The stores that are there now. */
  readonly stores: readonly string[];
  /** The names and addresses that clients may call the server by. */
  readonly hosts: readonly string[];
  /** Takes no new requests, waits for those that run, and gives the folder free. */
  close(): Promise<void>;
}

/** Refusals that people should know of: a client is about to fail, or tries what it may not. */
const noticed: ReadonlySet<Problem> = new Set(["NotAdmitted", "NotInItsTime", "NotAllowed", "NoRoom"]);

const drainMilliseconds = 30_000;
const handshakeMilliseconds = 10_000;
const headersMilliseconds = 15_000;
/** The largest object on the slowest line that clients wait for: 128 bytes a millisecond. */
const requestMilliseconds = objectBytesMax / 128 + 60_000;
const upkeepMilliseconds = 3_600_000;
const reloadMilliseconds = 10_000;

/** Throws `NotFound` without certificates or folder, `Busy` while another server has the folder, `InvalidInput` and `IoFailed`. */
export async function serveTarget(options: ServeOptions): Promise<TargetServer> {
  const target = new Serving(options);
  return target.start();
}

class Serving {
  readonly #options: ServeOptions;
  readonly #files: FileSystem;
  readonly #clock: Clock = systemClock;
  readonly #random: Random = systemRandom;
  readonly #trust: TrustFolder;
  readonly #access: Access;
  readonly #serving: ServingFolder;
  readonly #answers: Answers;
  readonly #server: https.Server;
  readonly #noticed = new Map<string, number>();
  #certificate: string;
  #isDraining = false;

  constructor(options: ServeOptions) {
    this.#options = options;
    this.#files = options.files ?? localFileSystem;
    const ports = { files: this.#files, clock: this.#clock, random: this.#random };
    this.#trust = new TrustFolder(options.trustFolder, ports);
    const { certificate, key, authority } = this.#trust.serverIdentity();
    this.#certificate = certificate;
    // A list that cannot be read is a mistake that is to be known now, not at the first request.
    this.#trust.clients();
    this.#access = new Access(this.#trust, this.#files, this.#clock);
    const bytesMax = Math.min(options.objectBytesMax ?? objectBytesMax, objectBytesMax);
    this.#serving = new ServingFolder(this.#files, options.folder, this.#clock);
    const { readOnly } = options;
    this.#answers = new Answers({ ...ports, serving: this.#serving, readOnly, objectBytesMax: bytesMax });
    const { idleMilliseconds = 60_000 } = options;
    this.#server = https.createServer({
      cert: certificate,
      key,
      ca: authority,
      minVersion: "TLSv1.3",
      requestCert: true,
      // Looked at below: a client whose time is over is to learn why it is refused.
      rejectUnauthorized: false,
      // A connection that was resumed would not show its certificate again.
      secureOptions: constants.SSL_OP_NO_TICKET,
      handshakeTimeout: Math.min(handshakeMilliseconds, idleMilliseconds),
      headersTimeout: headersMilliseconds,
      requestTimeout: requestMilliseconds,
      keepAliveTimeout: 60_000,
      maxHeaderSize: 16_384,
    });
    this.#server.maxConnections = options.connectionsMax ?? 256;
    this.#server.timeout = idleMilliseconds;
  }

  async start(): Promise<TargetServer> {
    const { host, port, readOnly, folder } = this.#options;
    const server = this.#server;
    server.on("secureConnection", (socket: TLSSocket) => this.#admit(socket));
    server.on("request", (request, response) => void this.#handle(request, response));
    // Whether the body may come is decided before it does.
    server.on("checkContinue", (request, response) => void this.#handle(request, response));
    try {
      await listen(server, host, port);
    } catch (error) {
      this.#serving.release();
      throw error;
    }
    if (!this.#serving.isLocked) {
      this.#notice(`${folder} is in a file system without locks: see to it that no other server serves it`);
    }
    this.#warnOfExpiry();
    if (!readOnly) this.#serving.clean(this.#options.keptDays);
    const stopUpkeep = this.#clock.every(upkeepMilliseconds, () => this.#upkeep());
    const stopReload = this.#clock.every(reloadMilliseconds, () => this.#reload());
    const { address, port: taken } = server.address() as AddressInfo;
    const stores = this.#files.list(this.#serving.root).filter((name) => !name.startsWith("."));
    const close = async (): Promise<void> => {
      stopUpkeep();
      stopReload();
      await this.#drain();
    };
    const hosts = this.#trust.hosts();
    return { host: address, port: taken, stores, hosts, close };
  }

  /** A client without a certificate of the authority is not heard at all, but one that is only out of its time is. */
  #admit(socket: TLSSocket): void {
    if (socket.authorized) return;
    const reason = String(socket.authorizationError);
    const isOfTime = /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/.test(reason);
    if (isOfTime && socket.getPeerX509Certificate() !== undefined) return;
    this.#notice(`a connection from ${socket.remoteAddress ?? "somewhere"} was refused: ${reason}`);
    socket.destroy();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let client: Client | undefined;
    try {
      if (this.#isDraining) response.setHeader("connection", "close");
      if (this.#isDraining) throw new RequestRefused("Unavailable", "The server is about to end.");
      client = this.#clientOf(request.socket as TLSSocket);
      if (request.headers[protocolHeader] !== protocolVersion) {
        throw new RequestRefused(
          "OtherVersion",
          `The server speaks version ${protocolVersion} of the protocol.`,
        );
      }
      await this.#answers.answer({ request, response, client });
    } catch (error) {
      this.#refuse(request, response, error, client);
    }
  }

  #clientOf(socket: TLSSocket): Client {
    try {
      return this.#access.clientOf(socket);
    } catch (error) {
      if (error instanceof RequestRefused) throw error;
      this.#notice(`nobody is let in: ${messageOf(error)}`);
      throw new RequestRefused("Unavailable", "The list of clients cannot be read.");
    }
  }

  #refuse(
    request: IncomingMessage,
    response: ServerResponse,
    error: unknown,
    client: Client | undefined,
  ): void {
    const { method, url, socket } = request;
    // The client is gone, or its line.
    if (socket.destroyed) return;
    const refusal = refusalOf(error);
    if (refusal === undefined) {
      this.#notice(`${method} ${url} of ${client?.name ?? "a client"} failed: ${messageOf(error)}`);
      return sendProblem(response, "Failed", "The server failed; its own messages say why.");
    }
    if (noticed.has(refusal.problem)) {
      const who = client?.name ?? socket.remoteAddress ?? "a client";
      this.#notice(`${who} was refused (${method} ${refusal.problem}): ${refusal.message}`);
    }
    // A body that was not read would be taken for the next request.
    if (!request.complete) response.setHeader("connection", "close");
    sendProblem(response, refusal.problem, refusal.message);
  }

  /** Each text once a minute. */
  #notice(text: string): void {
    const now = this.#clock.monotonic();
    const last = this.#noticed.get(text);
    if (last !== undefined && now - last < 60_000) return;
    if (this.#noticed.size > 200) this.#noticed.clear();
    this.#noticed.set(text, now);
    this.#options.onNotice(text);
  }

  #upkeep(): void {
    try {
      this.#warnOfExpiry();
      if (!this.#options.readOnly) this.#serving.clean(this.#options.keptDays);
    } catch (error) {
      this.#notice(`upkeep failed: ${messageOf(error)}`);
    }
  }

  #warnOfExpiry(): void {
    const now = this.#clock.now();
    const named = this.#trust.validity().map(({ of, name = "", until }) => ({
      what: `the certificate of the ${`${of} ${name}`.trim()}`,
      until,
    }));
    for (const expiry of expiriesAmong(named, now)) {
      this.#notice(`${describeExpiry(expiry, now)}; renew it with siterecovery target trust`);
    }
  }

  /** A certificate that was renewed counts for new connections. */
  #reload(): void {
    try {
      const { certificate, key, authority } = this.#trust.serverIdentity();
      if (certificate === this.#certificate) return;
      this.#server.setSecureContext({
        cert: certificate,
        key,
        ca: authority,
        minVersion: "TLSv1.3",
        secureOptions: constants.SSL_OP_NO_TICKET,
      });
      this.#certificate = certificate;
      this.#notice("the server's new certificate is in use");
    } catch (error) {
      this.#notice(`the server's certificate cannot be read again: ${messageOf(error)}`);
    }
  }

  async #drain(): Promise<void> {
    this.#isDraining = true;
    const over = new AbortController();
    const ended = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // Those that are at work now are idle later.
    const stopClosing = this.#clock.every(100, () => this.#server.closeIdleConnections());
    this.#server.closeIdleConnections();
    const late = this.#clock.sleep(drainMilliseconds, over.signal).then(
      () => this.#server.closeAllConnections(),
      () => undefined,
    );
    await ended;
    stopClosing();
    over.abort();
    await late;
    this.#serving.release();
  }
}

async function listen(server: https.Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port }, () => resolve());
    });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? "another program listens there" : messageOf(error);
    const message = said`Cannot listen on ${host}:${port}: ${why}. Choose another address or port with --listen.`;
    throw new SiteRecoveryError("IoFailed", message, { cause: error });
  }
}

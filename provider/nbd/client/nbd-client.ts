/**
 * A disk that another program serves over NBD: bytes, and what the server knows about ranges of them. Requests may be
 * made side by side. Everything that a server says is checked against what was asked; one that answers something else
 * loses the connection.
 */
import type net from "node:net";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { type ByteStream, StreamEnded } from "../byte-stream.ts";
import {
  chunkDone,
  chunkHeaderBytes,
  command,
  encodeRequest,
  requestBytesMax,
  simpleReplyMagic,
  structuredReplyMagic,
} from "../protocol.ts";
import { type Asked, type Extent, PendingReply } from "./pending-reply.ts";

export type { Extent } from "./pending-reply.ts";

/** What a server said of a disk when it was opened. */
export interface ExportFacts {
  readonly socketPath: string;
  readonly exportName: string;
  readonly sizeBytes: number;
  readonly isStructured: boolean;
  /** The contexts that the server gave, with its numbers for them. */
  readonly contexts: ReadonlyMap<string, number>;
}

interface Waiting {
  readonly reply: PendingReply;
  resolve(reply: PendingReply): void;
  reject(error: Error): void;
}

/** As much as fits into the field of a request, in whole blocks of 64 KiB. */
const statusBytesMax = 0xffff_0000;
/** Header and text of the largest error or status that is read; a data chunk may be a whole request. */
const chunkBytesMax = requestBytesMax + 65_536;

export class NbdClient {
  readonly #facts: ExportFacts;
  readonly #socket: net.Socket;
  readonly #stream: ByteStream;
  readonly #waiting = new Map<bigint, Waiting>();
  #cookie = 0n;
  #ended: SiteRecoveryError | undefined;

  /** Made by `connectNbd`. */
  constructor(socket: net.Socket, stream: ByteStream, facts: ExportFacts) {
    this.#socket = socket;
    this.#stream = stream;
    this.#facts = facts;
    void this.#receive();
  }

  get sizeBytes(): number {
    return this.#facts.sizeBytes;
  }

  /** Whether the server gave a metadata context. */
  has(contextName: string): boolean {
    return this.#facts.contexts.has(contextName);
  }

  /** The bytes from `offset` on; at most 32 MiB. Throws `IoFailed` or `SourceUnreachable`, as all methods do. */
  async read(offset: number, lengthBytes: number): Promise<Buffer> {
    const into = Buffer.allocUnsafe(lengthBytes);
    const reply = await this.#request(command.read, { offset, lengthBytes, into });
    if (!reply.isWhole) throw this.#leave("it left out bytes of a read");
    return into;
  }

  /** Writes all of `data`, at most 32 MiB. */
  async write(data: Uint8Array, offset: number): Promise<void> {
    await this.#request(command.write, { offset, lengthBytes: data.length }, data);
  }

  /** Makes all acknowledged writes survive a power cut, as far as the server promises that. */
  async flush(): Promise<void> {
    await this.#request(command.flush, { offset: 0, lengthBytes: 0 });
  }

  /**
   * What a context says of the whole disk, ascending and without a gap. Neighbours with the same flags are one extent.
   * Throws `IoFailed` if the server did not give the context.
   */
  async extents(contextName: string): Promise<Extent[]> {
    const contextId = this.#facts.contexts.get(contextName);
    if (contextId === undefined) throw this.#failure(`it has no context ${contextName}`);
    const found: Extent[] = [];
    for (let at = 0; at < this.sizeBytes;) {
      const lengthBytes = Math.min(statusBytesMax, this.sizeBytes - at);
      const { extents } = await this.#request(command.blockStatus, { offset: at, lengthBytes, contextId });
      if (extents.length === 0) throw this.#leave("it did not say the status of a range");
      for (const extent of extents) {
        const last = found.at(-1);
        if (last?.flags === extent.flags)
          found[found.length - 1] = { ...last, lengthBytes: last.lengthBytes + extent.lengthBytes };
        else found.push(extent);
        at = extent.offset + extent.lengthBytes;
      }
    }
    return found;
  }

  /** Says goodbye. Requests that are under way are rejected. */
  close(): void {
    this.#ended ??= this.#failure("the connection was closed");
    if (!this.#socket.destroyed) {
      this.#socket.end(
        encodeRequest({ flags: 0, type: command.disconnect, cookie: 0n, offset: 0n, lengthBytes: 0 }),
      );
    }
    this.#rejectAll();
  }

  #request(type: number, asked: Asked, data?: Uint8Array): Promise<PendingReply> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    this.#cookie += 1n;
    const cookie = this.#cookie;
    return new Promise((resolve, reject) => {
      this.#waiting.set(cookie, { reply: new PendingReply(asked), resolve, reject });
      const { offset, lengthBytes } = asked;
      this.#socket.write(encodeRequest({ flags: 0, type, cookie, offset: BigInt(offset), lengthBytes }));
      if (data !== undefined) this.#socket.write(data);
    });
  }

  async #receive(): Promise<void> {
    try {
      while (this.#ended === undefined) {
        const magic = (await this.#stream.take(4)).readUInt32BE(0);
        if (magic === simpleReplyMagic) await this.#takeSimple();
        else if (magic === structuredReplyMagic && this.#facts.isStructured) await this.#takeChunk();
        else throw this.#leave("it sent something else than a reply");
      }
    } catch (error) {
      const { socketPath } = this.#facts;
      const message = said`The NBD server at ${socketPath} ended the connection. Run again.`;
      this.#ended ??=
        error instanceof StreamEnded
          ? new SiteRecoveryError("SourceUnreachable", message, { target: socketPath })
          : (error as SiteRecoveryError);
      this.#rejectAll();
    }
  }

  async #takeSimple(): Promise<void> {
    const header = await this.#stream.take(12);
    const cookie = header.readBigUInt64BE(4);
    const { reply } = this.#find(cookie);
    const error = header.readUInt32BE(0);
    if (error !== 0) reply.refusal = { error, text: "" };
    else if (reply.asked.into !== undefined) reply.fill(await this.#stream.take(reply.asked.into.length));
    this.#finish(cookie);
  }

  async #takeChunk(): Promise<void> {
    const header = await this.#stream.take(chunkHeaderBytes - 4);
    const cookie = header.readBigUInt64BE(4);
    const lengthBytes = header.readUInt32BE(12);
    const { reply } = this.#find(cookie);
    if (lengthBytes > chunkBytesMax) throw this.#leave("it sent a chunk that is too long");
    const data = await this.#stream.take(lengthBytes);
    if (!reply.take(header.readUInt16BE(2), data)) throw this.#leave("it sent a chunk that nobody asked for");
    if ((header.readUInt16BE(0) & chunkDone) !== 0) this.#finish(cookie);
  }

  #find(cookie: bigint): Waiting {
    const waiting = this.#waiting.get(cookie);
    if (waiting === undefined) throw this.#leave("it answered a request that nobody made");
    return waiting;
  }

  #finish(cookie: bigint): void {
    const { reply, resolve, reject } = this.#find(cookie);
    this.#waiting.delete(cookie);
    const { refusal } = reply;
    if (refusal === undefined) return resolve(reply);
    reject(
      this.#failure(
        `it answered with error ${refusal.error}${refusal.text === "" ? "" : `: ${refusal.text}`}`,
      ),
    );
  }

  #failure(why: string): SiteRecoveryError {
    const { exportName, socketPath } = this.#facts;
    const message = said`Disk ${exportName} of the NBD server at ${socketPath} failed: ${why}.`;
    return new SiteRecoveryError("IoFailed", message, { target: socketPath });
  }

  /** Ends a connection of which nothing can be understood any more. */
  #leave(why: string): SiteRecoveryError {
    this.#ended ??= this.#failure(why);
    this.#socket.destroy();
    return this.#ended;
  }

  #rejectAll(): void {
    for (const { reject } of this.#waiting.values()) reject(this.#ended!);
    this.#waiting.clear();
  }
}

/** Connects to a disk that an NBD server offers at a local socket. */
import net from "node:net";
import { messageOf, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { ByteStream, StreamEnded } from "../byte-stream.ts";
import {
  handshakeFlags,
  handshakeMagic,
  option,
  optionMagic,
  optionReply,
  optionReplyMagic,
} from "../protocol.ts";
import { type ExportFacts, NbdClient } from "./nbd-client.ts";

/** More than any answer to an option that a sound server gives. */
const answerBytesMax = 65_536;

export interface NbdTarget {
  readonly socketPath: string;
  /** What the server calls the disk. */
  readonly exportName: string;
  /** Metadata contexts that are asked for, such as `base:allocation`; the server may have none of them. */
  readonly contexts?: readonly string[];
}

/**
 * Negotiates structured replies and the contexts, then opens the disk. Throws `SourceUnreachable` if no server answers,
 * and `IoFailed` if the server refuses the disk or speaks no NBD of the newer style.
 */
export async function connectNbd(target: NbdTarget): Promise<NbdClient> {
  const socket = await connected(target.socketPath);
  const stream = new ByteStream(socket);
  try {
    return new NbdClient(socket, stream, await negotiated(new Options(socket, stream, target), target));
  } catch (error) {
    socket.destroy();
    if (!(error instanceof StreamEnded)) throw error;
    throw unreachable(target.socketPath, "it ended the connection");
  }
}

function unreachable(socketPath: string, why: string): SiteRecoveryError {
  const message = said`The NBD server at ${socketPath} does not answer: ${why}.`;
  return new SiteRecoveryError("SourceUnreachable", message, { target: socketPath });
}

function connected(socketPath: string): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ path: socketPath });
    socket.once("error", (error) => reject(unreachable(socketPath, messageOf(error))));
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      // An error ends the stream as well, and whoever waits for bytes learns of it there.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

interface Answer {
  readonly type: number;
  readonly data: Buffer;
}

/** The first part of a connection: options and their answers, one after the other. */
class Options {
  readonly #socket: net.Socket;
  readonly #stream: ByteStream;
  readonly #target: NbdTarget;

  constructor(socket: net.Socket, stream: ByteStream, target: NbdTarget) {
    this.#socket = socket;
    this.#stream = stream;
    this.#target = target;
  }

  failure(why: string): SiteRecoveryError {
    const { exportName, socketPath } = this.#target;
    const message = said`The NBD server at ${socketPath} cannot give disk ${exportName}: ${why}.`;
    return new SiteRecoveryError("IoFailed", message, { target: socketPath });
  }

  async greet(): Promise<void> {
    const greeting = await this.#stream.take(18);
    const flags = greeting.readUInt16BE(16);
    const isNewstyle =
      greeting.readBigUInt64BE(0) === handshakeMagic && greeting.readBigUInt64BE(8) === optionMagic;
    if (!isNewstyle || (flags & handshakeFlags.fixedNewstyle) === 0)
      throw this.failure("it is of the old style");
    this.#socket.write(u32(flags & (handshakeFlags.fixedNewstyle | handshakeFlags.noZeroes)));
  }

  /** Sends an option; its answers up to the one that ends them. */
  async ask(id: number, data = Buffer.alloc(0)): Promise<Answer[]> {
    this.#socket.write(Buffer.concat([u64(optionMagic), u32(id), u32(data.length), data]));
    const answers: Answer[] = [];
    for (;;) {
      const header = await this.#stream.take(20);
      const type = header.readUInt32BE(12);
      const lengthBytes = header.readUInt32BE(16);
      const isAnswer = header.readBigUInt64BE(0) === optionReplyMagic && header.readUInt32BE(8) === id;
      if (!isAnswer || lengthBytes > answerBytesMax) throw this.failure("its answer to an option is not NBD");
      answers.push({ type, data: await this.#stream.take(lengthBytes) });
      if (type === optionReply.ack || type > 0x7fff_ffff) return answers;
    }
  }
}

async function negotiated(options: Options, target: NbdTarget): Promise<ExportFacts> {
  await options.greet();
  const isStructured = isGranted(await options.ask(option.structuredReply));
  const name = Buffer.from(target.exportName);
  const wanted = (target.contexts ?? []).map((each) => Buffer.from(each));
  const contexts = new Map<string, number>();
  if (isStructured && wanted.length > 0) {
    const queries = wanted.flatMap((each) => [u32(each.length), each]);
    const request = Buffer.concat([u32(name.length), name, u32(wanted.length), ...queries]);
    for (const { type, data } of await options.ask(option.setMetaContext, request)) {
      if (type === optionReply.metaContext && data.length > 4)
        contexts.set(data.toString("utf8", 4), data.readUInt32BE(0));
    }
  }
  const answers = await options.ask(option.go, Buffer.concat([u32(name.length), name, Buffer.alloc(2)]));
  const last = answers.at(-1)!;
  if (last.type !== optionReply.ack)
    throw options.failure(last.data.toString() || `it refuses with error ${last.type & 0xffff}`);
  const size = answers.find(
    ({ type, data }) => type === optionReply.info && data.length === 12 && data.readUInt16BE(0) === 0,
  );
  if (size === undefined) throw options.failure("it does not say its size");
  return { ...target, sizeBytes: Number(size.data.readBigUInt64BE(2)), isStructured, contexts };
}

function isGranted(answers: readonly Answer[]): boolean {
  return answers.at(-1)!.type === optionReply.ack;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

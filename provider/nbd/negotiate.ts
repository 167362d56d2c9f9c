/** The beginning of a connection: the client looks at what there is and chooses a disk. */
import type { ByteStream } from "./byte-stream.ts";
import type { ServedDisk } from "./served-disk.ts";
import {
  allocationContext,
  allocationContextId,
  encodeBlockSizes,
  encodeExport,
  encodeGreeting,
  encodeOptionReply,
  handshakeFlags,
  option,
  optionBytesMax,
  optionHeaderBytes,
  optionMagic,
  optionReply,
} from "./protocol.ts";

export type Disks = ReadonlyMap<string, ServedDisk>;

/** What a client has chosen. */
export interface Session {
  readonly disk: ServedDisk;
  /** Whether answers come as structured replies. */
  readonly isStructured: boolean;
  /** Whether the client may ask which ranges read as zeros. */
  readonly hasAllocation: boolean;
}

interface Choices {
  isStructured: boolean;
  /** The disk whose allocation the client has asked for; it counts if the client opens that one. */
  allocationOf: ServedDisk | undefined;
}

/** What the old form of the answer ends with, unless both sides know better. */
const zeroes = Buffer.alloc(124);

const preferredBlockBytes = 65_536;

/** What the client wants, or `undefined` if the connection is over. Throws `StreamEnded`. */
export async function negotiate(stream: ByteStream, disks: Disks): Promise<Session | undefined> {
  const choices: Choices = { isStructured: false, allocationOf: undefined };
  await stream.send(encodeGreeting());
  const clientFlags = (await stream.take(4)).readUInt32BE(0);
  const known = handshakeFlags.fixedNewstyle | handshakeFlags.noZeroes;
  if (clientFlags > known) return undefined;
  for (;;) {
    const header = await stream.take(optionHeaderBytes);
    const id = header.readUInt32BE(8);
    const lengthBytes = header.readUInt32BE(12);
    // Of what is longer than any option that is known nothing is read, so nothing can follow it.
    if (header.readBigUInt64BE(0) !== optionMagic || lengthBytes > optionBytesMax) return undefined;
    const data = await stream.take(lengthBytes);
    if (id === option.exportName) {
      const disk = find(disks, data.toString("utf8"));
      if (disk === undefined) return undefined;
      await stream.send(encodeExport(disk.sizeBytes, choices.isStructured));
      if ((clientFlags & handshakeFlags.noZeroes) === 0) await stream.send(zeroes);
      return sessionOf(disk, choices);
    }
    if (id === option.go || id === option.info) {
      const disk = await answerGo(stream, disks, { id, data, isStructured: choices.isStructured });
      if (disk !== undefined && id === option.go) return sessionOf(disk, choices);
    } else if (id === option.structuredReply) {
      choices.isStructured ||= data.length === 0;
      await stream.send(encodeOptionReply(id, data.length === 0 ? optionReply.ack : optionReply.invalid));
    } else if (id === option.listMetaContext || id === option.setMetaContext) {
      await answerContexts(stream, disks, { id, data, choices });
    } else if (id === option.abort) {
      await stream.send(encodeOptionReply(id, optionReply.ack));
      return undefined;
    } else await answer(stream, disks, id, data);
  }
}

function sessionOf(disk: ServedDisk, { isStructured, allocationOf }: Choices): Session {
  return { disk, isStructured, hasAllocation: isStructured && allocationOf === disk };
}

/** The empty name means the only disk. */
function find(disks: Disks, name: string): ServedDisk | undefined {
  return name === "" && disks.size === 1 ? [...disks.values()][0] : disks.get(name);
}

async function answerGo(
  stream: ByteStream,
  disks: Disks,
  { id, data, isStructured }: { id: number; data: Buffer; isStructured: boolean },
): Promise<ServedDisk | undefined> {
  const name = nameIn(data);
  const disk = name === undefined ? undefined : find(disks, name);
  if (disk === undefined) {
    const why = name === undefined ? optionReply.invalid : optionReply.unknownExport;
    await stream.send(encodeOptionReply(id, why));
    return undefined;
  }
  const size = Buffer.concat([Buffer.alloc(2), encodeExport(disk.sizeBytes, isStructured)]);
  await stream.send(
    encodeOptionReply(id, optionReply.info, size),
    encodeOptionReply(id, optionReply.info, encodeBlockSizes(preferredBlockBytes)),
    encodeOptionReply(id, optionReply.ack),
  );
  return disk;
}

/** Length and text of the name, then a count and that many numbers of two bytes: what the client asks for. */
function nameIn(data: Buffer): string | undefined {
  if (data.length < 6) return undefined;
  const end = 4 + data.readUInt32BE(0);
  if (end + 2 > data.length || end + 2 + 2 * data.readUInt16BE(end) !== data.length) return undefined;
  return data.toString("utf8", 4, end);
}

/** The one context there is: which ranges of a disk are known to read as zeros. */
async function answerContexts(
  stream: ByteStream,
  disks: Disks,
  { id, data, choices }: { id: number; data: Buffer; choices: Choices },
): Promise<void> {
  const isChoice = id === option.setMetaContext;
  // A choice takes the place of an earlier one, also when it is refused.
  if (isChoice) choices.allocationOf = undefined;
  const asked = contextsIn(data);
  if (asked === undefined || (isChoice && !choices.isStructured)) {
    return stream.send(encodeOptionReply(id, optionReply.invalid));
  }
  const disk = find(disks, asked.name);
  if (disk === undefined) return stream.send(encodeOptionReply(id, optionReply.unknownExport));
  const isWhole = (query: string): boolean => query === allocationContext || (!isChoice && query === "base:");
  const isAsked = asked.queries.some(isWhole) || (!isChoice && asked.queries.length === 0);
  if (isAsked && disk.allocation !== undefined) {
    if (isChoice) choices.allocationOf = disk;
    const context = Buffer.concat([Buffer.alloc(4), Buffer.from(allocationContext)]);
    if (isChoice) context.writeUInt32BE(allocationContextId, 0);
    await stream.send(encodeOptionReply(id, optionReply.metaContext, context));
  }
  return stream.send(encodeOptionReply(id, optionReply.ack));
}

/** Length and text of the disk's name, then a count and that many lengths and texts of contexts. */
function contextsIn(data: Buffer): { name: string; queries: string[] } | undefined {
  let at = 0;
  const number = (): number | undefined => {
    at += 4;
    return at <= data.length ? data.readUInt32BE(at - 4) : undefined;
  };
  const text = (): string | undefined => {
    const lengthBytes = number();
    if (lengthBytes === undefined || at + lengthBytes > data.length) return undefined;
    at += lengthBytes;
    return data.toString("utf8", at - lengthBytes, at);
  };
  const name = text();
  const count = name === undefined ? undefined : number();
  if (name === undefined || count === undefined) return undefined;
  const queries: string[] = [];
  // A count that is too high ends at the first query that is not there.
  while (queries.length < count) {
    const query = text();
    if (query === undefined) return undefined;
    queries.push(query);
  }
  return at === data.length ? { name, queries } : undefined;
}

async function answer(stream: ByteStream, disks: Disks, id: number, data: Buffer): Promise<void> {
  if (id !== option.list) return stream.send(encodeOptionReply(id, optionReply.unsupported));
  if (data.length > 0) return stream.send(encodeOptionReply(id, optionReply.invalid));
  for (const name of disks.keys()) {
    const text = Buffer.from(name);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    await stream.send(encodeOptionReply(id, optionReply.server, Buffer.concat([length, text])));
  }
  return stream.send(encodeOptionReply(id, optionReply.ack));
}

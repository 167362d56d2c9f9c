/** The beginning of a connection: the client looks at what there is and chooses a disk. */
import type { ByteStream } from "./byte-stream.ts";
import type { ServedDisk } from "./served-disk.ts";
import {
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

/** What the old form of the answer ends with, unless both sides know better. */
const zeroes = Buffer.alloc(124);

const preferredBlockBytes = 65_536;

/** The disk that the client wants, or `undefined` if the connection is over. Throws `StreamEnded`. */
export async function negotiate(stream: ByteStream, disks: Disks): Promise<ServedDisk | undefined> {
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
      await stream.send(encodeExport(disk.sizeBytes));
      if ((clientFlags & handshakeFlags.noZeroes) === 0) await stream.send(zeroes);
      return disk;
    }
    if (id === option.go || id === option.info) {
      const disk = await answerGo(stream, disks, id, data);
      if (disk !== undefined && id === option.go) return disk;
    } else if (id === option.abort) {
      await stream.send(encodeOptionReply(id, optionReply.ack));
      return undefined;
    } else await answer(stream, disks, id, data);
  }
}

/** The empty name means the only disk. */
function find(disks: Disks, name: string): ServedDisk | undefined {
  return name === "" && disks.size === 1 ? [...disks.values()][0] : disks.get(name);
}

async function answerGo(
  stream: ByteStream,
  disks: Disks,
  id: number,
  data: Buffer,
): Promise<ServedDisk | undefined> {
  const name = nameIn(data);
  const disk = name === undefined ? undefined : find(disks, name);
  if (disk === undefined) {
    const why = name === undefined ? optionReply.invalid : optionReply.unknownExport;
    await stream.send(encodeOptionReply(id, why));
    return undefined;
  }
  const size = Buffer.concat([Buffer.alloc(2), encodeExport(disk.sizeBytes)]);
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

/**
 * Answers in chunks, for clients that have asked for structured replies: a read leaves out what is known to be zeros, and
 * says so. An answer is sent as it is made, so that a connection holds one piece of it.
 */
import type { ByteStream } from "./byte-stream.ts";
import {
  allocationContextId,
  allocationFlags,
  chunk,
  dontFragment,
  encodeChunkHeader,
  oneExtent,
  type Request,
} from "./protocol.ts";
import type { DiskExtent, ServedDisk } from "./served-disk.ts";

/** Zeros that are fewer are sent as bytes: a read of many pieces would take longer than they. */
const holeBytesMin = 256 * 1024;

/** Sends the bytes that were asked for. A failure of the disk can be sent after it: no chunk was the last one. */
export async function sendRead(stream: ByteStream, disk: ServedDisk, request: Request): Promise<void> {
  const { cookie, lengthBytes } = request;
  const start = Number(request.offset);
  const isWhole = (request.flags & dontFragment) !== 0;
  for (let done = 0; done < lengthBytes;) {
    const left = lengthBytes - done;
    const offset = start + done;
    const found = isWhole
      ? [await wholeExtent(disk, offset, left)]
      : joined(await extentsOf(disk, offset, left));
    for (const extent of found) {
      await sendExtent(stream, disk, { ...extent, offset: start + done, cookie });
      done += extent.lengthBytes;
    }
  }
  // A chunk with nothing in it ends the reply.
  await stream.send(encodeChunkHeader(chunk.none, cookie, 0, true));
}

async function sendExtent(
  stream: ByteStream,
  disk: ServedDisk,
  { offset, lengthBytes, isZero, cookie }: DiskExtent & { offset: number; cookie: bigint },
): Promise<void> {
  const place = Buffer.alloc(isZero ? 12 : 8);
  place.writeBigUInt64BE(BigInt(offset), 0);
  if (isZero) {
    place.writeUInt32BE(lengthBytes, 8);
    return stream.send(encodeChunkHeader(chunk.hole, cookie, place.length, false), place);
  }
  const data = Buffer.allocUnsafe(lengthBytes);
  await disk.read(data, offset);
  return stream.send(encodeChunkHeader(chunk.data, cookie, place.length + lengthBytes, false), place, data);
}

/** Sends which ranges are known to be zeros. */
export async function sendStatus(stream: ByteStream, disk: ServedDisk, request: Request): Promise<void> {
  const { cookie, lengthBytes, flags } = request;
  const found = await extentsOf(disk, Number(request.offset), lengthBytes);
  const extents = (flags & oneExtent) !== 0 ? found.slice(0, 1) : found;
  const data = Buffer.alloc(4 + 8 * extents.length);
  data.writeUInt32BE(allocationContextId, 0);
  for (const [index, extent] of extents.entries()) {
    data.writeUInt32BE(extent.lengthBytes, 4 + 8 * index);
    data.writeUInt32BE(extent.isZero ? allocationFlags.hole | allocationFlags.zero : 0, 8 + 8 * index);
  }
  await stream.send(encodeChunkHeader(chunk.blockStatus, cookie, data.length, true), data);
}

/** Ends a reply, whatever of it has been sent. */
export async function sendError(stream: ByteStream, cookie: bigint, error: number): Promise<void> {
  const data = Buffer.alloc(6);
  data.writeUInt32BE(error, 0);
  await stream.send(encodeChunkHeader(chunk.error, cookie, data.length, true), data);
}

async function extentsOf(disk: ServedDisk, offset: number, lengthBytes: number): Promise<DiskExtent[]> {
  return disk.allocation === undefined
    ? [{ lengthBytes, isZero: false }]
    : await disk.allocation(offset, lengthBytes);
}

/** Makes one of neighbours that are both read. */
function joined(extents: readonly DiskExtent[]): DiskExtent[] {
  const runs: DiskExtent[] = [];
  for (const extent of extents) {
    const isZero = extent.isZero && (extents.length === 1 || extent.lengthBytes >= holeBytesMin);
    const last = runs.at(-1);
    const before = last !== undefined && last.isZero === isZero ? runs.pop()!.lengthBytes : 0;
    runs.push({ lengthBytes: before + extent.lengthBytes, isZero });
  }
  return runs;
}

/** One extent for all of a range: a hole if there is nothing else in it. */
async function wholeExtent(disk: ServedDisk, offset: number, lengthBytes: number): Promise<DiskExtent> {
  const [first] = await extentsOf(disk, offset, lengthBytes);
  return first!.isZero && first!.lengthBytes === lengthBytes ? first! : { lengthBytes, isZero: false };
}

/**
 * The directory of a layer file: where its index pages are, which segments its entries mean, and, after a
 * compaction, where the records went that maps still know by their first offset.
 */
export interface PagePlace {
  readonly firstBlock: number;
  readonly lastBlock: number;
  readonly offset: number;
  readonly lengthBytes: number;
}

export interface LayerDirectory {
  readonly entryCount: number;
  readonly pages: readonly PagePlace[];
  /** File ids (hex) of the segments that entries point to by index. */
  readonly segments: readonly string[];
  /** Undefined: nothing was ever moved. Otherwise the records still there: first offset -> offset now. */
  readonly moves: ReadonlyMap<number, number> | undefined;
}

const fixedBytes = 20;
const pageBytes = 24;
const segmentBytes = 16;
const moveBytes = 16;

export function encodeDirectory(directory: LayerDirectory): Buffer {
  const { pages, segments, moves } = directory;
  const moveCount = moves?.size ?? 0;
  const length =
    fixedBytes + pages.length * pageBytes + segments.length * segmentBytes + moveCount * moveBytes;
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32LE(directory.entryCount, 0);
  bytes.writeUInt32LE(pages.length, 4);
  bytes.writeUInt32LE(segments.length, 8);
  bytes.writeUInt32LE(moveCount, 12);
  bytes.writeUInt32LE(moves === undefined ? 0 : 1, 16);
  let at = fixedBytes;
  for (const page of pages) {
    bytes.writeUInt32LE(page.firstBlock, at);
    bytes.writeUInt32LE(page.lastBlock, at + 4);
    bytes.writeDoubleLE(page.offset, at + 8);
    bytes.writeUInt32LE(page.lengthBytes, at + 16);
    at += pageBytes;
  }
  for (const segment of segments) {
    bytes.write(segment, at, "hex");
    at += segmentBytes;
  }
  for (const [from, to] of moves ?? []) {
    bytes.writeDoubleLE(from, at);
    bytes.writeDoubleLE(to, at + 8);
    at += moveBytes;
  }
  return bytes;
}

/**
 * The reverse of `encodeDirectory`. The bytes are authentic already; a wrong length is a bug of the writer.
 */
export function decodeDirectory(bytes: Buffer): LayerDirectory {
  const pageCount = bytes.readUInt32LE(4);
  const segmentCount = bytes.readUInt32LE(8);
  const moveCount = bytes.readUInt32LE(12);
  const pages: PagePlace[] = [];
  let at = fixedBytes;
  for (let index = 0; index < pageCount; index += 1, at += pageBytes) {
    pages.push({
      firstBlock: bytes.readUInt32LE(at),
      lastBlock: bytes.readUInt32LE(at + 4),
      offset: bytes.readDoubleLE(at + 8),
      lengthBytes: bytes.readUInt32LE(at + 16),
    });
  }
  const segments: string[] = [];
  for (let index = 0; index < segmentCount; index += 1, at += segmentBytes) {
    segments.push(bytes.toString("hex", at, at + segmentBytes));
  }
  const moves = new Map<number, number>();
  for (let index = 0; index < moveCount; index += 1, at += moveBytes) {
    moves.set(bytes.readDoubleLE(at), bytes.readDoubleLE(at + 8));
  }
  const wasCompacted = bytes.readUInt32LE(16) === 1;
  return { entryCount: bytes.readUInt32LE(0), pages, segments, moves: wasCompacted ? moves : undefined };
}

import type { OpenFile } from "../../blocks/file-system.ts";
import { blockSizeBytes } from "../../disks/disk.ts";
import { hasCode } from "../../errors.ts";
import { damagedObject } from "../../replica/damaged-object.ts";
import { KeyRing } from "../../replica/key-ring.ts";
import { checksumBytes } from "../../replica/layers/entry-table.ts";
import { checksumOf, openRecordInto } from "../../replica/layers/layer-format.ts";
import { SegmentCache } from "../../replica/layers/segment-cache.ts";
import type { OnBytes, RestoreBatch, RestoreResult } from "./batches.ts";
import type { Reach } from "./reach.ts";

const runBlocks = 16;
/** Runs of a batch at once; each takes 2 MiB. */
const lanesMax = 3;
/** Bytes that are worth being brought to the device while more are restored. */
const beginBytes = 8 * 1_048_576;
const zeroBlock = Buffer.alloc(blockSizeBytes);

/**
 * Writes one batch's blocks into an image, each verified first (authentication tag and checksum). The caller
 * makes the image and syncs it. Runs on whatever thread it is called on.
 */
export async function restoreBlocks(
  batch: RestoreBatch,
  { files, objects }: Reach,
  onBytes?: OnBytes,
): Promise<RestoreResult> {
  const ring = new KeyRing(batch.ring);
  const segments = new SegmentCache({ objects, ring, name: batch.diskName, scope: batch.scope });
  const target = files.open(batch.toPath, "readWrite");
  try {
    const starts = Array.from(
      { length: Math.ceil(batch.blocks.length / runBlocks) },
      (_, run) => run * runBlocks,
    );
    const restoreNext = async (): Promise<RestoreResult> => {
      const work = new RestoreWork(batch, segments, target);
      for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
        await work.restore(start, Math.min(start + runBlocks, batch.blocks.length));
        onBytes?.(runBlocks * blockSizeBytes);
      }
      return work.result();
    };
    // The next runs are asked for while one is on its way over a line. A file has no such line.
    const lanes = Array.from({ length: Math.min(lanesMax, objects.traits.parallel) }, () =>
      restoreNext().catch((error: unknown) => {
        starts.length = 0;
        throw error;
      }),
    );
    // None may write any more when this one ends.
    await Promise.allSettled(lanes);
    return sumOf(await Promise.all(lanes));
  } finally {
    await segments.close();
    target.close();
  }
}

function sumOf(results: readonly RestoreResult[]): RestoreResult {
  const sum = (key: keyof RestoreResult): number => results.reduce((total, one) => total + one[key], 0);
  return {
    bytesWritten: sum("bytesWritten"),
    blocksWritten: sum("blocksWritten"),
    blocksEqual: sum("blocksEqual"),
  };
}

/** Restores runs, one after the other. */
class RestoreWork {
  readonly #batch: RestoreBatch;
  readonly #segments: SegmentCache;
  readonly #target: OpenFile;
  /** Its own: other runs are restored on the same thread while this one waits. */
  readonly #image = Buffer.alloc(runBlocks * blockSizeBytes);
  readonly #stored = Buffer.alloc(runBlocks * (blockSizeBytes + 64));
  #unbegunBytes = 0;
  #unbegunFrom: number | undefined;
  #bytesWritten = 0;
  #blocksWritten = 0;
  #blocksEqual = 0;

  constructor(batch: RestoreBatch, segments: SegmentCache, target: OpenFile) {
    this.#batch = batch;
    this.#segments = segments;
    this.#target = target;
  }

  result(): RestoreResult {
    return {
      bytesWritten: this.#bytesWritten,
      blocksWritten: this.#blocksWritten,
      blocksEqual: this.#blocksEqual,
    };
  }

  async restore(start: number, end: number): Promise<void> {
    const wanted: number[] = [];
    for (let position = start; position < end; position += 1) {
      if (this.#isNeeded(position)) wanted.push(position);
    }
    // Positions whose records lie side by side in one segment are read at once; their blocks, when they lie
    // side by side on the disk, are written at once.
    for (let from = 0; from < wanted.length;) {
      let to = from + 1;
      while (to < wanted.length && (await this.#follows(wanted[to - 1]!, wanted[to]!))) to += 1;
      await this.#restoreRunNow(wanted.slice(from, to));
      from = to;
    }
  }

  /** Once more, block by block, if compaction has moved the records while they were being read. */
  async #restoreRunNow(positions: readonly number[]): Promise<void> {
    const segment = this.#batch.segment[positions[0]!]!;
    const reader = segment < 0 ? undefined : await this.#segments.get(this.#batch.segments[segment]!);
    const seen = reader?.state;
    try {
      await this.#restoreRun(positions);
    } catch (error) {
      if (!hasCode(error, "Damaged") || seen === undefined) throw error;
      if (!(await reader!.refresh(seen))) throw error;
      for (const position of positions) await this.#restoreRun([position]);
    }
  }

  #isNeeded(position: number): boolean {
    const isZero = this.#batch.segment[position]! < 0;
    if (this.#batch.image === "zeros") return !isZero;
    if (this.#batch.image === "doubtful") return true;
    const { offset, length } = this.#place(position);
    const now = this.#image.subarray(0, length);
    const count = this.#target.read(now, offset);
    now.fill(0, count);
    const isEqual = isZero
      ? now.equals(zeroBlock.subarray(0, length))
      : checksumOf(now).equals(this.#checksum(position));
    if (isEqual) this.#blocksEqual += 1;
    return !isEqual;
  }

  async #follows(previous: number, next: number): Promise<boolean> {
    const { segment, offset, length, blocks } = this.#batch;
    if (blocks[next] !== blocks[previous]! + 1 || segment[next] !== segment[previous]) return false;
    if (segment[next]! < 0) return true;
    const reader = await this.#segments.get(this.#batch.segments[segment[next]!]!);
    const expected = reader.physicalOffset(offset[previous]!) + length[previous]!;
    return reader.physicalOffset(offset[next]!) === expected;
  }

  async #restoreRun(positions: readonly number[]): Promise<void> {
    const first = this.#place(positions[0]!);
    const last = this.#place(positions.at(-1)!);
    const bytes = this.#image.subarray(0, last.offset + last.length - first.offset);
    if (this.#batch.segment[positions[0]!]! < 0) bytes.fill(0);
    else await this.#readRun(positions, bytes);
    this.#target.write(bytes, first.offset);
    this.#beginSync(first.offset, bytes.length);
    this.#bytesWritten += bytes.length;
    this.#blocksWritten += positions.length;
  }

  async #readRun(positions: readonly number[], into: Buffer): Promise<void> {
    const { segment, offset, length, blocks } = this.#batch;
    const reader = await this.#segments.get(this.#batch.segments[segment[positions[0]!]!]!);
    const storedBytes = positions.reduce((sum, position) => sum + length[position]!, 0);
    if (storedBytes > this.#stored.length)
      throw damagedObject(reader.path, "its index gives impossible lengths");
    const records = this.#stored.subarray(0, storedBytes);
    await reader.readInto(records, reader.physicalOffset(offset[positions[0]!]!));
    let at = 0;
    for (const [index, position] of positions.entries()) {
      const record = records.subarray(at, at + length[position]!);
      const from = index * blockSizeBytes;
      const plain = into.subarray(from, from + this.#place(position).length);
      openRecordInto(plain, reader.key, record, blocks[position]!, reader.path);
      if (!checksumOf(plain).equals(this.#checksum(position))) {
        throw damagedObject(reader.path, `the data of block ${blocks[position]} has another checksum`);
      }
      at += length[position]!;
    }
  }

  /** Blocks come in the order of the file, so what was written since the last time is one stretch, holes aside. */
  #beginSync(offset: number, length: number): void {
    this.#unbegunBytes += length;
    this.#unbegunFrom ??= offset;
    if (this.#unbegunBytes < beginBytes) return;
    this.#target.beginSync?.(this.#unbegunFrom, offset + length - this.#unbegunFrom);
    this.#unbegunBytes = 0;
    this.#unbegunFrom = undefined;
  }

  #place(position: number): { offset: number; length: number } {
    const { blocks, diskSizeBytes, packedFrom } = this.#batch;
    const onDisk = blocks[position]! * blockSizeBytes;
    const offset = packedFrom === undefined ? onDisk : packedFrom + position * blockSizeBytes;
    return { offset, length: Math.min(blockSizeBytes, diskSizeBytes - onDisk) };
  }

  #checksum(position: number): Uint8Array {
    return this.#batch.checksum.subarray(position * checksumBytes, (position + 1) * checksumBytes);
  }
}

import type { FileSystem, OpenFile } from "../../blocks/file-system.ts";
import { blockSizeBytes } from "../../disks/disk.ts";
import { damagedObject } from "../../targets/damaged-object.ts";
import { freeBuffer } from "../../targets/layers/free-buffer.ts";
import { KeyRing } from "../../targets/key-ring.ts";
import { checksumBytes } from "../../targets/layers/entry-table.ts";
import { checksumOf, openRecord } from "../../targets/layers/layer-format.ts";
import { SegmentCache } from "../../targets/layers/segment-cache.ts";
import type { OnBytes, RestoreBatch, RestoreResult } from "./batches.ts";

const runBlocks = 16;
const zeroBlock = Buffer.alloc(blockSizeBytes);
const image = Buffer.alloc(runBlocks * blockSizeBytes);
const stored = Buffer.alloc(runBlocks * (blockSizeBytes + 64));

/**
 * Writes one batch's blocks into an image, each verified first (authentication tag and checksum). The caller
 * makes the image and syncs it. Runs on whatever thread it is called on.
 */
export function restoreBlocks(batch: RestoreBatch, files: FileSystem, onBytes?: OnBytes): RestoreResult {
  const ring = new KeyRing(batch.ring);
  const segments = new SegmentCache({ files, ring, folder: batch.diskFolder, scope: batch.scope });
  const target = files.open(batch.toPath, "readWrite");
  try {
    const work = new RestoreWork(batch, segments, target);
    for (let start = 0; start < batch.blocks.length; start += runBlocks) {
      work.restore(start, Math.min(start + runBlocks, batch.blocks.length));
      onBytes?.(runBlocks * blockSizeBytes);
    }
    return work.result();
  } finally {
    segments.close();
    target.close();
  }
}

class RestoreWork {
  readonly #batch: RestoreBatch;
  readonly #segments: SegmentCache;
  readonly #target: OpenFile;
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

  restore(start: number, end: number): void {
    const wanted: number[] = [];
    for (let position = start; position < end; position += 1) {
      if (this.#isNeeded(position)) wanted.push(position);
    }
    // Positions whose records lie side by side in one segment are read at once; their blocks, when they lie
    // side by side on the disk, are written at once.
    for (let from = 0; from < wanted.length;) {
      let to = from + 1;
      while (to < wanted.length && this.#follows(wanted[to - 1]!, wanted[to]!)) to += 1;
      this.#restoreRun(wanted.slice(from, to));
      from = to;
    }
  }

  #isNeeded(position: number): boolean {
    const isZero = this.#batch.segment[position]! < 0;
    if (this.#batch.image === "zeros") return !isZero;
    if (this.#batch.image === "doubtful") return true;
    const { offset, length } = this.#place(position);
    const now = image.subarray(0, length);
    const count = this.#target.read(now, offset);
    now.fill(0, count);
    const isEqual = isZero
      ? now.equals(zeroBlock.subarray(0, length))
      : checksumOf(now).equals(this.#checksum(position));
    if (isEqual) this.#blocksEqual += 1;
    return !isEqual;
  }

  #follows(previous: number, next: number): boolean {
    const { segment, offset, length, blocks } = this.#batch;
    if (blocks[next] !== blocks[previous]! + 1 || segment[next] !== segment[previous]) return false;
    if (segment[next]! < 0) return true;
    const reader = this.#segments.get(this.#batch.segments[segment[next]!]!);
    const expected = reader.physicalOffset(offset[previous]!) + length[previous]!;
    return reader.physicalOffset(offset[next]!) === expected;
  }

  #restoreRun(positions: readonly number[]): void {
    const first = this.#place(positions[0]!);
    const last = this.#place(positions.at(-1)!);
    const bytes = image.subarray(0, last.offset + last.length - first.offset);
    if (this.#batch.segment[positions[0]!]! < 0) bytes.fill(0);
    else this.#readRun(positions, bytes);
    this.#target.write(bytes, first.offset);
    this.#bytesWritten += bytes.length;
    this.#blocksWritten += positions.length;
  }

  #readRun(positions: readonly number[], into: Buffer): void {
    const { segment, offset, length, blocks } = this.#batch;
    const reader = this.#segments.get(this.#batch.segments[segment[positions[0]!]!]!);
    const storedBytes = positions.reduce((sum, position) => sum + length[position]!, 0);
    if (storedBytes > stored.length) throw damagedObject(reader.path, "its index gives impossible lengths");
    const records = stored.subarray(0, storedBytes);
    reader.readInto(records, reader.physicalOffset(offset[positions[0]!]!));
    let at = 0;
    for (const [index, position] of positions.entries()) {
      const record = records.subarray(at, at + length[position]!);
      const plain = openRecord(reader.key, record, blocks[position]!, reader.path);
      if (
        plain.length !== this.#place(position).length ||
        !checksumOf(plain).equals(this.#checksum(position))
      ) {
        throw damagedObject(reader.path, `the data of block ${blocks[position]} has another checksum`);
      }
      into.set(plain, index * blockSizeBytes);
      freeBuffer(plain);
      at += length[position]!;
    }
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

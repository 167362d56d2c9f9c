/**
 * How much of a disk is data, and how far it can be compressed: by blocks at even distances, all of them where the
 * disk is small. Nothing is written, and a disk that is in use is only read.
 */
import { zstdCompressSync } from "node:zlib";
import { type FileSystem, localFileSystem } from "../../blocks/file-system.ts";
import type { BlockRange } from "../../disks/block-set.ts";
import { dataRangesOf } from "../../disks/data-ranges.ts";
import { blockSizeBytes } from "../../disks/disk.ts";
import { compression } from "../../replica/layers/block-compression.ts";

const sampleMax = 64;

export interface DiskMeasure {
  /** The size that the guest sees. */
  readonly sizeBytes: number;
  readonly dataBytes: number;
  /** What the data takes up compressed. */
  readonly compressedBytes: number;
}

/** The n-th of the blocks that these ranges have. */
function nthBlock(ranges: readonly BlockRange[], n: number): number {
  let rest = n;
  for (const { firstBlock, blockCount } of ranges) {
    if (rest < blockCount) return firstBlock + rest;
    rest -= blockCount;
  }
  return 0;
}

/** Looks at allocated extents only, so that the little data of a sparse disk is found. */
export function measureDisk(path: string, files: FileSystem = localFileSystem): DiskMeasure {
  const file = files.open(path, "read");
  try {
    const { sizeBytes, allocatedBytes } = file.size();
    const ranges = [...dataRangesOf(file, sizeBytes)];
    const blocks = ranges.reduce((sum, { blockCount }) => sum + blockCount, 0);
    const samples = Math.min(blocks, sampleMax);
    const block = Buffer.alloc(blockSizeBytes);
    let [data, compressed] = [0, 0];
    for (let index = 0; index < samples; index += 1) {
      const position = nthBlock(ranges, Math.floor((index * blocks) / samples)) * blockSizeBytes;
      const bytes = block.subarray(0, file.read(block, position));
      if (bytes.every((byte) => byte === 0)) continue;
      data += bytes.length;
      compressed += Math.min(bytes.length, zstdCompressSync(bytes, { params: compression }).length);
    }
    const scale = samples === 0 ? 0 : blocks / samples;
    const dataBytes = Math.min(sizeBytes, allocatedBytes, data * scale);
    // A disk without any data is still to be filled: at worst it is full, of data that does not shrink.
    if (dataBytes === 0) return { sizeBytes, dataBytes: sizeBytes, compressedBytes: sizeBytes };
    return { sizeBytes, dataBytes, compressedBytes: (dataBytes * compressed) / data };
  } finally {
    file.close();
  }
}

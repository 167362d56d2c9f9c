/**
 * How much of a disk is data, and how far it can be compressed: by blocks at even distances, all of them where the
 * disk is small. Nothing is written, and a disk that is in use is only read.
 */
import { zstdCompressSync } from "node:zlib";
import { type FileSystem, localFileSystem } from "../../blocks/file-system.ts";
import { blockSizeBytes } from "../../disks/disk.ts";
import { compression } from "../../targets/layers/layer-format.ts";

const sampleMax = 64;

export interface DiskMeasure {
  readonly dataBytes: number;
  /** What the data takes up compressed. */
  readonly compressedBytes: number;
}

export function measureDisk(path: string, files: FileSystem = localFileSystem): DiskMeasure {
  const file = files.open(path, "read");
  try {
    const { sizeBytes, allocatedBytes } = file.size();
    const blocks = Math.ceil(sizeBytes / blockSizeBytes);
    const samples = Math.min(blocks, sampleMax);
    const block = Buffer.alloc(blockSizeBytes);
    let [data, compressed] = [0, 0];
    for (let index = 0; index < samples; index += 1) {
      const position = Math.floor((index * blocks) / samples) * blockSizeBytes;
      const bytes = block.subarray(0, file.read(block, position));
      if (bytes.every((byte) => byte === 0)) continue;
      data += bytes.length;
      compressed += Math.min(bytes.length, zstdCompressSync(bytes, { params: compression }).length);
    }
    const scale = samples === 0 ? 0 : blocks / samples;
    const dataBytes = Math.min(sizeBytes, allocatedBytes, data * scale);
    return { dataBytes, compressedBytes: data === 0 ? 0 : (dataBytes * compressed) / data };
  } finally {
    file.close();
  }
}

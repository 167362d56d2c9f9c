import { blockSizeBytes } from "../../disks/disk.ts";
import { damagedObject } from "../../replica/damaged-object.ts";
import { checksumOf } from "../../replica/layers/layer-format.ts";
import type { SegmentCache } from "../../replica/layers/segment-cache.ts";
import { checksumAt } from "../replication/known-data.ts";
import type { PinnedDisk } from "../replication/pinned-disk.ts";
import type { ChangedRun } from "./changed-runs.ts";

/** The verified bytes of a run of blocks with data. The last block of a disk is filled up with zeros. Throws `Damaged`. */
export async function readRun(
  { map, disk }: PinnedDisk,
  segments: SegmentCache,
  { firstBlock, blockCount }: ChangedRun,
): Promise<Buffer> {
  const bytes = Buffer.alloc(blockCount * blockSizeBytes);
  const window = await map.window(firstBlock, blockCount);
  for (let position = 0; position < blockCount; position += 1) {
    const block = firstBlock + position;
    const reader = await segments.get(map.segments[window.segment[position]!]!);
    const plain = await reader.readBlock(block, window.offset[position]!, window.length[position]!);
    const length = Math.min(blockSizeBytes, disk.sizeBytes - block * blockSizeBytes);
    if (plain.length !== length || !checksumOf(plain).equals(checksumAt(window, position))) {
      throw damagedObject(reader.path, `the data of block ${block} has another checksum`);
    }
    bytes.set(plain, position * blockSizeBytes);
  }
  return bytes;
}

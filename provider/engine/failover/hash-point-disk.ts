/** The sha256 of a disk as a recovery point has it, as evidence of what a test machine got that runs from the point. */
import { createHash } from "node:crypto";
import { scheduler } from "node:timers/promises";
import { blockCountOf, blockSizeBytes } from "../../disks/disk.ts";
import { PointBlocks } from "../replication/point-blocks.ts";

const zeros = Buffer.alloc(blockSizeBytes);

/** Returns the digest in hexadecimal digits. Each block is verified. Throws `Damaged`, `NotFound`. */
export async function hashPointDisk(options: Parameters<typeof PointBlocks.open>[0]): Promise<string> {
  const hash = createHash("sha256");
  const point = await PointBlocks.open(options);
  try {
    const { sizeBytes } = point;
    const count = blockCountOf(sizeBytes);
    for (let block = 0; block < count;) {
      const next = Math.min(count, (await point.nextCovered(block)) ?? count);
      for (; block < next; block += 1)
        hash.update(zeros.subarray(0, Math.min(blockSizeBytes, sizeBytes - block * blockSizeBytes)));
      if (block < count) hash.update(await point.read(block));
      block += 1;
      await scheduler.yield();
    }
    return hash.digest("hex");
  } finally {
    await point.close();
  }
}

import { openSnapshotReader } from "../../disks/snapshot-reader.ts";
import { copyBlocks } from "./copy-blocks.ts";
import type { Batch, OnBytes, ResultOf } from "./batches.ts";
import type { Reach } from "./reach.ts";
import { restoreBlocks } from "./restore-blocks.ts";

/** Does one batch on the calling thread. */
export async function runBatch<B extends Batch>(
  batch: B,
  reach: Reach,
  onBytes?: OnBytes,
): Promise<ResultOf<B>> {
  if (batch.type === "restore") return (await restoreBlocks(batch, reach, onBytes)) as ResultOf<B>;
  const reader = openSnapshotReader(batch.reader, reach.files);
  try {
    return (await copyBlocks(batch, reach.files, reader, onBytes)) as ResultOf<B>;
  } finally {
    reader.close();
  }
}

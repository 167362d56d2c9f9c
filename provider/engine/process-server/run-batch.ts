import type { FileSystem } from "../../blocks/file-system.ts";
import { openSnapshotReader } from "../../disks/snapshot-reader.ts";
import { copyBlocks } from "./copy-blocks.ts";
import type { Batch, OnBytes, ResultOf } from "./batches.ts";
import { restoreBlocks } from "./restore-blocks.ts";

/** Does one batch on the calling thread. */
export async function runBatch<B extends Batch>(
  batch: B,
  files: FileSystem,
  onBytes?: OnBytes,
): Promise<ResultOf<B>> {
  if (batch.type === "restore") return restoreBlocks(batch, files, onBytes) as ResultOf<B>;
  const reader = openSnapshotReader(batch.reader, files);
  try {
    return (await copyBlocks(batch, files, reader, onBytes)) as ResultOf<B>;
  } finally {
    reader.close();
  }
}

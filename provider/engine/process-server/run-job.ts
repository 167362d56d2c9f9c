import type { FileSystem } from "../../blocks/file-system.ts";
import { openSnapshotReader } from "../../disks/snapshot-reader.ts";
import { copyBlocks } from "./copy-blocks.ts";
import type { Job, OnBytes, ResultOf } from "./jobs.ts";
import { restoreBlocks } from "./restore-blocks.ts";

/** Does one job on the calling thread. */
export async function runJob<J extends Job>(
  job: J,
  files: FileSystem,
  onBytes?: OnBytes,
): Promise<ResultOf<J>> {
  if (job.type === "restore") return restoreBlocks(job, files, onBytes) as ResultOf<J>;
  const reader = openSnapshotReader(job.reader, files);
  try {
    return (await copyBlocks(job, files, reader, onBytes)) as ResultOf<J>;
  } finally {
    reader.close();
  }
}

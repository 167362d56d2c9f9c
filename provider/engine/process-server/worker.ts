/** What a pipeline's worker threads run: takes batches, answers with results. See pipeline.ts. */
import { localFileSystem } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { Batch } from "./batches.ts";
import type { BatchFailure, WorkerAnswer } from "./pipeline.ts";
import { MemoryRelease } from "./release-memory.ts";
import { runBatch } from "./run-batch.ts";

const memory = new MemoryRelease();

export async function answer(batch: Batch): Promise<WorkerAnswer> {
  try {
    return { result: await runBatch(batch, localFileSystem, (bytes) => memory.afterBytes(bytes)) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function failureOf(error: unknown): BatchFailure {
  if (!(error instanceof SiteRecoveryError)) {
    const message = String((error as Error).stack ?? error);
    return { code: "Bug", message, target: undefined, errno: undefined };
  }
  const { code, message, target } = error;
  return { code, message, target, errno: (error.cause as { code?: string } | undefined)?.code };
}

/** The entry of a pipeline's worker thread: takes batches, answers with results. See pipeline.ts. */
import { parentPort } from "node:worker_threads";
import { localFileSystem } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { BatchFailure, WorkerAnswer, WorkerRequest } from "./pipeline.ts";
import { MemoryRelease } from "./release-memory.ts";
import { runBatch } from "./run-batch.ts";

const memory = new MemoryRelease();

parentPort?.on("message", (request: WorkerRequest) => {
  void answer(request);
});

async function answer({ number, batch }: WorkerRequest): Promise<void> {
  let message: WorkerAnswer;
  try {
    message = { number, result: await runBatch(batch, localFileSystem, (bytes) => memory.afterBytes(bytes)) };
  } catch (error) {
    // An error loses its class on the way to another thread, so its parts are sent.
    message =
      error instanceof SiteRecoveryError
        ? { number, failure: failureOf(error) }
        : {
            number,
            failure: {
              code: "Bug",
              message: String((error as Error).stack ?? error),
              target: undefined,
              errno: undefined,
            },
          };
  }
  parentPort?.postMessage(message);
}

function failureOf(error: SiteRecoveryError): BatchFailure {
  const { code, message, target } = error;
  return { code, message, target, errno: (error.cause as { code?: string } | undefined)?.code };
}

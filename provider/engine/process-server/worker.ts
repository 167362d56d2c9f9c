/** The entry of a pipeline's worker thread: takes jobs, answers with results. See pipeline.ts. */
import { parentPort } from "node:worker_threads";
import { localFileSystem } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { JobFailure, WorkerAnswer, WorkerRequest } from "./pipeline.ts";
import { MemoryRelease } from "./release-memory.ts";
import { runJob } from "./run-job.ts";

const memory = new MemoryRelease();

parentPort?.on("message", (request: WorkerRequest) => {
  void answer(request);
});

async function answer({ number, job }: WorkerRequest): Promise<void> {
  let message: WorkerAnswer;
  try {
    message = { number, result: await runJob(job, localFileSystem, (bytes) => memory.afterBytes(bytes)) };
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

function failureOf(error: SiteRecoveryError): JobFailure {
  const { code, message, target } = error;
  return { code, message, target, errno: (error.cause as { code?: string } | undefined)?.code };
}

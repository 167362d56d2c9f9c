/**
 * The process server's pipeline [C-2]: read -> zero test -> checksum -> compress -> encrypt -> target, and
 * the way back. Work is cut into batches of at most some tens of MiB; worker threads do whole batches by
 * themselves, so block data never crosses threads. At most `width` batches are under way, which bounds memory
 * whatever the size of the disk. Small work runs on the calling thread: starting threads costs more than it.
 */
import { Tinypool } from "tinypool";
import { type ErrorCode, messageOf, SiteRecoveryError } from "../../errors.ts";
import type { Batch, ResultOf } from "./batches.ts";
import { MemoryRelease } from "./release-memory.ts";
import type { Reach } from "./reach.ts";
import { runBatch } from "./run-batch.ts";
import { said } from "../../message.ts";

/** The parts of a `SiteRecoveryError`, and what the operating system had answered. */
export interface BatchFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly target: string | undefined;
  readonly errno: string | undefined;
}

/** A worker's answer. An error loses its class on the way to another thread, so its parts are sent. */
export type WorkerAnswer = { readonly result: ResultOf<Batch> } | { readonly failure: BatchFailure };

export interface Pipeline {
  /** Batches to keep under way. */
  readonly width: number;
  run<B extends Batch>(batch: B): Promise<ResultOf<B>>;
  /** Ends the threads. Batches under way are lost; what they have written is swept later. */
  close(): Promise<void>;
}

/** A pipeline on `threads` worker threads; if 0, on the calling thread, with what `reach` gives. */
export function openPipeline(reach: Reach, threads: number): Pipeline {
  if (threads > 0) return threadPipeline(threads);
  const memory = new MemoryRelease();
  const run = <B extends Batch>(batch: B): Promise<ResultOf<B>> =>
    runBatch(batch, reach, (bytes) => memory.afterBytes(bytes));
  return { width: 1, run, close: () => Promise.resolve() };
}

// While one batch's bytes go to the device, the thread works on the next.
const batchesPerThread = 2;
const heapMebibytesMax = 64;

function threadPipeline(threads: number): Pipeline {
  // In source this is worker.ts, in the built package worker.js.
  const entry = new URL(`./worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
  const pool = new Tinypool({
    filename: entry.href,
    name: "answer",
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: batchesPerThread,
    resourceLimits: { maxOldGenerationSizeMb: heapMebibytesMax, maxYoungGenerationSizeMb: 2 },
    execArgv: [],
  });
  return {
    width: threads * batchesPerThread,
    run: async <B extends Batch>(batch: B): Promise<ResultOf<B>> => {
      const answer = await (pool.run(batch) as Promise<WorkerAnswer>).catch((cause: unknown) => {
        throw stopped(cause);
      });
      if ("failure" in answer) throw errorOf(answer.failure);
      return answer.result as ResultOf<B>;
    },
    close: () => pool.destroy(),
  };
}

/** A worker ended instead of answering, such as for want of memory. */
function stopped(cause: unknown): SiteRecoveryError {
  const message = said`The pipeline stopped: ${messageOf(cause)}. Run the cycle again; finished blocks are kept.`;
  return new SiteRecoveryError("JobFailed", message, { cause });
}

function errorOf({ code, message, target, errno }: BatchFailure): SiteRecoveryError {
  return new SiteRecoveryError(code, message, {
    ...(target === undefined ? {} : { target }),
    ...(errno === undefined ? {} : { cause: Object.assign(new Error(message), { code: errno }) }),
  });
}

/**
 * The process server's pipeline [C-2]: read -> zero test -> checksum -> compress -> encrypt -> target, and
 * the way back. Work is cut into batches of at most some tens of MiB; worker threads do whole batches by
 * themselves, so block data never crosses threads. At most `width` batches are under way, which bounds memory
 * whatever the size of the disk. Small work runs on the calling thread: starting threads costs more than it.
 */
import { Worker } from "node:worker_threads";
import type { FileSystem } from "../../blocks/file-system.ts";
import { type ErrorCode, messageOf, SiteRecoveryError } from "../../errors.ts";
import type { Batch, ResultOf } from "./batches.ts";
import { MemoryRelease } from "./release-memory.ts";
import { runBatch } from "./run-batch.ts";
import { said } from "../../message.ts";

export interface WorkerRequest {
  readonly number: number;
  readonly batch: Batch;
}

/** The parts of a `SiteRecoveryError`, and what the operating system had answered. */
export interface BatchFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly target: string | undefined;
  readonly errno: string | undefined;
}

export type WorkerAnswer =
  | { readonly number: number; readonly result: ResultOf<Batch> }
  | { readonly number: number; readonly failure: BatchFailure };

export interface Pipeline {
  /** Batches to keep under way. */
  readonly width: number;
  run<B extends Batch>(batch: B): Promise<ResultOf<B>>;
  /** Ends the threads. Batches under way are lost; what they have written is swept later. */
  close(): Promise<void>;
}

/** A pipeline on so many worker threads; 0: on the calling thread, through `files`. */
export function openPipeline(files: FileSystem, threads: number): Pipeline {
  if (threads > 0) return new ThreadPipeline(threads);
  const memory = new MemoryRelease();
  const run = <B extends Batch>(batch: B): Promise<ResultOf<B>> =>
    runBatch(batch, files, (bytes) => memory.afterBytes(bytes));
  return { width: 1, run, close: () => Promise.resolve() };
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, { resolve(result: unknown): void; reject(error: Error): void }>;
}

// While one batch's bytes go to the device, the thread works on the next.
const batchesPerThread = 2;
const heapMebibytesMax = 64;

class ThreadPipeline implements Pipeline {
  readonly width: number;
  readonly #threads: Thread[];
  #number = 0;

  constructor(threads: number) {
    this.width = threads * batchesPerThread;
    this.#threads = Array.from({ length: threads }, () => this.#start());
  }

  run<B extends Batch>(batch: B): Promise<ResultOf<B>> {
    const idlest = this.#threads.reduce((best, thread) =>
      thread.waiting.size < best.waiting.size ? thread : best,
    );
    this.#number += 1;
    const request: WorkerRequest = { number: this.#number, batch };
    return new Promise<ResultOf<B>>((resolve, reject) => {
      const entry = { resolve: resolve as (result: unknown) => void, reject };
      idlest.waiting.set(request.number, entry);
      idlest.worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.worker.terminate()));
  }

  #start(): Thread {
    // In source this is worker.ts, in the built package worker.js.
    const entry = new URL(`./worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
    const limits = { maxOldGenerationSizeMb: heapMebibytesMax, maxYoungGenerationSizeMb: 2 };
    const worker = new Worker(entry, { resourceLimits: limits, execArgv: [] });
    const thread: Thread = { worker, waiting: new Map() };
    worker.on("message", (answer: WorkerAnswer) => {
      const entryOf = thread.waiting.get(answer.number);
      thread.waiting.delete(answer.number);
      if ("result" in answer) entryOf?.resolve(answer.result);
      else entryOf?.reject(errorOf(answer.failure));
    });
    worker.on("error", (error) => this.#fail(thread, error));
    worker.on("exit", (code) => this.#fail(thread, new Error(`a worker thread ended with code ${code}`)));
    return thread;
  }

  #fail(thread: Thread, cause: unknown): void {
    const why = messageOf(cause);
    for (const entry of thread.waiting.values()) {
      const message = said`The pipeline stopped: ${why}. Run the cycle again; finished blocks are kept.`;
      entry.reject(new SiteRecoveryError("JobFailed", message, { cause }));
    }
    thread.waiting.clear();
  }
}

function errorOf({ code, message, target, errno }: BatchFailure): SiteRecoveryError {
  return new SiteRecoveryError(code, message, {
    ...(target === undefined ? {} : { target }),
    ...(errno === undefined ? {} : { cause: Object.assign(new Error(message), { code: errno }) }),
  });
}

import v8 from "node:v8";
import vm from "node:vm";

/** Bytes of finished work after which a thread clears what it has thrown away. */
const everyBytes = 16 * 1_048_576;

/**
 * Keeps a thread small. Compressing and encrypting leave a buffer or two behind for each block, outside of the heap, and
 * the engine collects them only when some 64 MiB have come together, in every thread. Call `afterBytes` with what was
 * worked on. The collection is a full one: a collection of young objects lets those buffers grow old and stay. With a
 * heap as small as a worker's it takes some milliseconds, and saves more than 30 MiB on two threads.
 */
export class MemoryRelease {
  #collect: ((options: { type: "major" }) => void) | undefined;
  #bytes = 0;

  afterBytes(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < everyBytes) return;
    this.#bytes = 0;
    this.#collect ??= exposeCollector();
    this.#collect({ type: "major" });
  }
}

function exposeCollector(): (options: { type: "major" }) => void {
  v8.setFlagsFromString("--expose-gc");
  return vm.runInNewContext("gc") as (options: { type: "major" }) => void;
}

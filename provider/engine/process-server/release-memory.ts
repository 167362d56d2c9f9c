import v8 from "node:v8";
import vm from "node:vm";

/** Bytes of finished work after which a thread clears what it has thrown away. */
const everyBytes = 4 * 1_048_576;

/**
 * Keeps a thread small. Compressing and encrypting leave a buffer or two behind for each block, outside
 * of the heap, and the engine collects them only when some 64 MiB have come together, in every thread. Call
 * `afterBytes` with what was worked on; a collection of young objects takes well under a millisecond.
 */
export class MemoryRelease {
  #collect: ((options: { type: "minor" }) => void) | undefined;
  #bytes = 0;

  afterBytes(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < everyBytes) return;
    this.#bytes = 0;
    this.#collect ??= exposeCollector();
    this.#collect({ type: "minor" });
  }
}

function exposeCollector(): (options: { type: "minor" }) => void {
  v8.setFlagsFromString("--expose-gc");
  return vm.runInNewContext("gc") as (options: { type: "minor" }) => void;
}

/** Learns whether QEMU failed to keep the old content of a block that a guest has overwritten. */
import type { Qmp } from "../qmp.ts";

/** The longest time that a timer takes: about 24 days. */
const timeoutMs = 2 ** 31 - 1;

export class FleeceWatch {
  readonly #qmp: Qmp;
  readonly #over = new AbortController();
  #loss: string | undefined;

  constructor(qmp: Qmp) {
    this.#qmp = qmp;
  }

  /** Watches from now on. */
  begin(nodes: readonly string[]): void {
    const { signal } = this.#over;
    this.#qmp
      .waitFor("QUORUM_REPORT_BAD", ({ data }) => nodes.includes(String(data["node-name"])), {
        signal,
        timeoutMs,
      })
      .then(
        ({ data }) => {
          this.#loss = String(data["error"] ?? `a ${String(data["type"])} failed`);
        },
        (error: unknown) => {
          // Without QEMU's reports nothing is known.
          if (!signal.aborted) this.#loss ??= String((error as Error).message);
        },
      );
  }

  /** Ends watching; the first loss of all that QEMU has reported before its last answer. */
  async end(): Promise<string | undefined> {
    // The report came before that answer, and reaches the watch within this turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    this.#over.abort();
    return this.#loss;
  }
}

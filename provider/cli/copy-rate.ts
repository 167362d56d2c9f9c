/** How fast a copy is now: its rate over the last ten seconds, not since its start. */
import type { CopiedBytes } from "../progress.ts";

const windowMilliseconds = 10_000;
/** Before it no rate is believed. */
const firstRateMilliseconds = 1_000;
/** Reports that are nearer to each other share a sample, so that there are not thousands of them. */
const gapMilliseconds = 100;

export class CopyRate {
  /** In their order. The first one is the last that is older than the window, or the start of the copy. */
  readonly #samples: { readonly at: number; readonly bytesDone: number }[];
  #copied: CopiedBytes;

  /** For a copy that begins at `now`, in milliseconds of the monotonic clock. What a resumed copy has does not count. */
  constructor(copied: CopiedBytes, now: number) {
    this.#copied = copied;
    this.#samples = [{ at: now, bytesDone: copied.bytesDone }];
  }

  get copied(): CopiedBytes {
    return this.#copied;
  }

  report(copied: CopiedBytes, now: number): void {
    this.#copied = copied;
    if (now - this.#samples.at(-1)!.at >= gapMilliseconds)
      this.#samples.push({ at: now, bytesDone: copied.bytesDone });
  }

  /** The rate, or `undefined` in the first second of a copy and while it does not move. */
  bytesPerSecond(now: number): number | undefined {
    const start = now - windowMilliseconds;
    while (this.#samples.length > 1 && this.#samples[1]!.at <= start) this.#samples.shift();
    const first = this.#samples[0]!;
    const [bytes, milliseconds] = [this.#copied.bytesDone - first.bytesDone, now - first.at];
    return milliseconds < firstRateMilliseconds || bytes <= 0 ? undefined : (bytes / milliseconds) * 1000;
  }

  /** How long the rest takes at that rate, or `undefined` if there is none. */
  secondsLeft(now: number): number | undefined {
    const rate = this.bytesPerSecond(now);
    return rate === undefined ? undefined : (this.#copied.bytesTotal - this.#copied.bytesDone) / rate;
  }
}

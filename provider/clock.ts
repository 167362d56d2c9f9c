/**
 * The only file that reads time or sets a timer. Everything else takes a `Clock`, so that a test can let
 * thirty minutes pass in no time and a simulation can replay a failure from its seed.
 */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970; may jump. For records and people. */
  now(): number;
  /** Monotonic milliseconds; never goes back. For measuring how long something took. */
  monotonic(): number;
  /** Resolves after so many milliseconds; rejects with the signal's reason when it is aborted first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, milliseconds);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};

/** A clock whose time moves only when somebody sleeps on it or calls `advance`. For tests and simulation. */
export class VirtualClock implements Clock {
  #milliseconds: number;

  constructor(startMilliseconds = Date.UTC(2026, 0, 1)) {
    this.#milliseconds = startMilliseconds;
  }

  now(): number {
    return this.#milliseconds;
  }

  monotonic(): number {
    return this.#milliseconds;
  }

  advance(milliseconds: number): void {
    this.#milliseconds += milliseconds;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#milliseconds += milliseconds;
    await Promise.resolve();
  }
}

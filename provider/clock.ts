import fs from "node:fs";

/**
 * The only file that reads time or sets a timer. Everything else takes a `Clock`, so that a test can let
 * thirty minutes pass in no time and a simulation can replay a failure from its seed.
 */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970; may jump. For records and people. */
  now(): number;
  /** Monotonic milliseconds; never goes back. For measuring how long something took. */
  monotonic(): number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it is aborted first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Calls the work about every `milliseconds` until the returned function is called. It keeps no process alive. */
  every(milliseconds: number, work: () => void): () => void;
  /** The time on a clock that other processes read as well, and that no setting of the wall clock moves. */
  shared(): SharedTime;
}

/** A moment that two processes can compare if they have the same `clock`. */
export interface SharedTime {
  /** Which clock it is: one boot of one computer. Empty where the system has no such clock. */
  readonly clock: string;
  readonly milliseconds: number;
}

/** The boot of this computer, with the time namespace, which may shift the clock for a container. */
function readClockName(): string {
  try {
    const boot = fs.readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return fs.existsSync("/proc/self/ns/time") ? `${boot} ${fs.readlinkSync("/proc/self/ns/time")}` : boot;
  } catch {
    return "";
  }
}

let clockName: string | undefined;

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
  every: (milliseconds, work) => {
    const timer = setInterval(work, milliseconds).unref();
    return () => clearInterval(timer);
  },
  // Time since the boot, the same for all processes of it; it stops while the computer sleeps.
  shared: () => ({
    clock: (clockName ??= readClockName()),
    milliseconds: Number(process.hrtime.bigint() / 1_000_000n),
  }),
};

/** A clock whose time moves only by `sleep` and `advance`. For tests and simulation. */
export class VirtualClock implements Clock {
  #milliseconds: number;
  readonly #timers = new Set<{ readonly every: number; at: number; readonly work: () => void }>();

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
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#milliseconds || !this.#timers.has(timer)) continue;
      // However far the time went, it is one call: as after a computer's sleep.
      timer.at = this.#milliseconds + timer.every;
      timer.work();
    }
  }

  every(milliseconds: number, work: () => void): () => void {
    const timer = { every: milliseconds, at: this.#milliseconds + milliseconds, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  shared(): SharedTime {
    return { clock: "virtual", milliseconds: this.#milliseconds };
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.advance(milliseconds);
    await Promise.resolve();
  }
}

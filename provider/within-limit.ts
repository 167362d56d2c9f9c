/** Waiting for another program: for a limited time, and no longer than the caller wants. */
import type { Clock } from "./clock.ts";

export interface WaitLimit {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What `work` resolves to. Rejects with `late()` after `timeoutMs`, and with the signal's reason when it is aborted.
 * The work itself is not stopped by either: what it resolves to afterwards is dropped.
 */
export async function withinLimit<T>(work: Promise<T>, limit: WaitLimit, late: () => Error): Promise<T> {
  const done = new AbortController();
  const signal = limit.signal === undefined ? done.signal : AbortSignal.any([done.signal, limit.signal]);
  // Whichever is first counts; the other must not become an unhandled rejection.
  work.catch(() => undefined);
  const timer = limit.clock.sleep(limit.timeoutMs, signal).then(() => {
    throw late();
  });
  timer.catch(() => undefined);
  try {
    return await Promise.race([work, timer]);
  } finally {
    done.abort();
  }
}

/** As `withinLimit`, and ends the work: the signal that it has is aborted as soon as nobody waits for it any more. */
export async function stoppedAfterLimit<T>(
  work: (signal: AbortSignal) => Promise<T>,
  limit: WaitLimit,
  late: () => Error,
): Promise<T> {
  const over = new AbortController();
  const signal = limit.signal === undefined ? over.signal : AbortSignal.any([over.signal, limit.signal]);
  try {
    return await withinLimit(work(signal), limit, late);
  } finally {
    over.abort();
  }
}

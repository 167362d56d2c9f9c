/** The one layer that repeats requests to object storage; those of the SDKs are off. */
import type { Clock } from "../clock.ts";
import type { SiteRecoveryError } from "../errors.ts";
import type { Random } from "../random.ts";
import { throwIfStopped } from "./throw-if-stopped.ts";

/** What an attempt failed of, in the product's words. */
export interface RemoteFailure {
  /** Without a secret, and without the error of the SDK: that has the request in it, with its credentials. */
  readonly error: SiteRecoveryError;
  /** Whether the same request may well succeed soon. */
  readonly isTransient: boolean;
  /** How long the server asks to be left alone, in milliseconds. */
  readonly retryAfterMilliseconds?: number;
}

export interface RemoteRetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly place: string;
  /** All attempts and the waits between them take no longer, in milliseconds. */
  readonly deadlineMilliseconds: number;
  /** How long an attempt may take, in milliseconds. Without it, an attempt waits for an answer for as long as it likes. */
  readonly attemptMilliseconds?: number;
  classify(thrown: unknown): RemoteFailure;
}

/** An attempt failed of something that has nothing to do with the server: its error is thrown as it is. */
export class OwnFailure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

const firstWaitMilliseconds = 200;
const longestWaitMilliseconds = 10_000;

/** Repeats `attempt` until it succeeds, fails for good, is stopped, or the deadline is closer than the next one. */
export async function withRetry<T>(
  options: RemoteRetryOptions,
  signal: AbortSignal | undefined,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, place, deadlineMilliseconds } = options;
  const began = clock.monotonic();
  for (let tries = 0; ; tries += 1) {
    throwIfStopped(signal, place);
    try {
      return await attemptOnce(options, signal, attempt);
    } catch (thrown) {
      if (thrown instanceof OwnFailure) throw thrown.error;
      throwIfStopped(signal, place);
      const { error, isTransient, retryAfterMilliseconds = 0 } = options.classify(thrown);
      const wait = Math.max(retryAfterMilliseconds, backoff(options.random, tries));
      const left = began + deadlineMilliseconds - clock.monotonic();
      if (!isTransient || wait > left) throw error;
      await clock.sleep(wait, signal).catch(() => throwIfStopped(signal, place));
    }
  }
}

/** Doubles with each attempt. The half of it is chance, so that processes that failed together come back one by one. */
function backoff(random: Random, tries: number): number {
  const longest = Math.min(longestWaitMilliseconds, firstWaitMilliseconds * 2 ** tries);
  return longest / 2 + random.integer(Math.ceil(longest / 2));
}

async function attemptOnce<T>(
  { clock, attemptMilliseconds }: RemoteRetryOptions,
  signal: AbortSignal | undefined,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const isOver = new AbortController();
  const either = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
  if (attemptMilliseconds !== undefined) {
    clock.sleep(attemptMilliseconds, isOver.signal).then(
      () => late.abort(),
      () => undefined,
    );
  }
  try {
    return await attempt(either);
  } finally {
    isOver.abort();
  }
}

/** The milliseconds that a `Retry-After` header asks for: a number of seconds, or a date of HTTP. */
export function retryAfterOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const milliseconds = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

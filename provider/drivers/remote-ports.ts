import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";

/** What a driver of a remote place takes from outside; tests give others. */
export interface RemotePorts {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** All attempts of a request take no longer, in milliseconds, beside the time of its bytes. Default: 60 s. */
  readonly deadlineMilliseconds?: number;
  /** An attempt takes no longer, in milliseconds, beside the time of its bytes. Default: 30 s. */
  readonly attemptMilliseconds?: number;
  /** How many names a page of a listing has. Default: the most that the server takes. */
  readonly pageSize?: number;
}

/** A line that takes less is as good as cut. */
const slowestBytesPerMillisecond = 128;

/** How long a request may take that carries so many bytes, in milliseconds. */
export function timesOf(
  { deadlineMilliseconds = 60_000, attemptMilliseconds = 30_000 }: RemotePorts,
  bytes: number,
): { deadlineMilliseconds: number; attemptMilliseconds: number } {
  const transfer = bytes / slowestBytesPerMillisecond;
  return {
    deadlineMilliseconds: deadlineMilliseconds + transfer,
    attemptMilliseconds: attemptMilliseconds + transfer,
  };
}

import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";

/** What a driver of a remote place takes from outside; tests give others. */
export interface RemotePorts {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** All attempts of a request take no longer, in milliseconds. Default: 60 s. */
  readonly deadlineMilliseconds?: number;
  /** An attempt takes no longer, in milliseconds. Default: 30 s. */
  readonly attemptMilliseconds?: number;
  /** How many names a page of a listing has. Default: the most that the server takes. */
  readonly pageSize?: number;
}

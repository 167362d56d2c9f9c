/** When a failed replication is tried again: HW-4e and HW-4f as one table. Pure: the state lives in the item. */
import type { ReplicationFailure } from "../../model/item.ts";
import { type ErrorCode, recoverableErrorCodes, type SiteRecoveryError } from "../../errors.ts";

const millisecondsPerMinute = 60_000;

/** Minutes after the first, second, … failure in a row; the last one holds for all that follow (HW-4f). */
const retryAfterMinutes = [1, 2, 4, 8, 10, 30] as const;

/** A device that fails once may work the next time, and nothing else would show that it does. */
const retriedCodes: ReadonlySet<ErrorCode> = new Set([...recoverableErrorCodes, "IoFailed"]);

/** The failure to keep after an error at `now`, given the one kept so far. */
export function failureAfter(
  previous: ReplicationFailure | undefined,
  error: SiteRecoveryError,
  now: number,
  situation: string,
): ReplicationFailure {
  const { code, message } = error;
  // Attempts in a row are of errors that time may heal: one that it does not ends the row.
  const row = previous?.retryAt === undefined ? 0 : (previous.attempt ?? 0);
  if (!retriedCodes.has(code)) return { code, message, at: now, attempt: 1, situation };
  const minutes = retryAfterMinutes[Math.min(row, retryAfterMinutes.length - 1)]!;
  return { code, message, at: now, attempt: row + 1, retryAt: now + minutes * millisecondsPerMinute };
}

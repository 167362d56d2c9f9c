import { SiteRecoveryError } from "../errors.ts";

/** The error for a stored object that is not what was written: a flipped bit, a cut, a swap or a deletion. */
export function damagedObject(objectPath: string, why: string, cause?: unknown): SiteRecoveryError {
  const message =
    `The stored object ${objectPath} is damaged: ${why}. Recovery points that do not need it can still be ` +
    `restored; run a verification to see which ones do, then a resync.`;
  return new SiteRecoveryError("Damaged", message, {
    target: objectPath,
    ...(cause === undefined ? {} : { cause }),
  });
}

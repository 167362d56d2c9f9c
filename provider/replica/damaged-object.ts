import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";

/** A stored object that is not what was written: a flipped bit, a cut, a swap or a deletion. */
export class DamagedObjectError extends SiteRecoveryError {
  /** What is wrong with it, without its path: `it is cut short`. */
  readonly why: string;

  constructor(objectPath: string, why: string, cause?: unknown) {
    const message = said`The stored object ${objectPath} is damaged: ${why}. Recovery points that do not need it can still be
        restored: \`siterecovery verify\` shows which ones need it, and \`siterecovery replicate <machine>
        --resync\` after it sends again what was lost.`;
    super("Damaged", message, { target: objectPath, ...(cause === undefined ? {} : { cause }) });
    this.why = why;
  }
}

/** The error for a damaged object. */
export function damagedObject(objectPath: string, why: string, cause?: unknown): SiteRecoveryError {
  return new DamagedObjectError(objectPath, why, cause);
}

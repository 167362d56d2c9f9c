import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { Bucket } from "./bucket.ts";
import type { OpenedBucket } from "./open-bucket.ts";
import { isOtherState } from "./s3-conditions.ts";

/** A tag that no content has. */
const noTag = '"00000000000000000000000000000000"';

/** An object that is always there; it is not the name of one of ours. */
const name = "_conditions";

/**
 * Throws `PrerequisitesNotMet` if the server takes puts whose condition does not hold: two engines would overwrite each
 * other's objects there. Amazon's own does not.
 */
export async function requireConditions(
  { s3, isForeign }: OpenedBucket,
  bucket: Bucket,
  abortSignal: AbortSignal,
): Promise<void> {
  if (!isForeign) return;
  const isTaken = async (condition: { IfNoneMatch?: "*"; IfMatch?: string }): Promise<boolean> => {
    try {
      await s3.putObject({ ...bucket.object(name), ...condition, Body: Buffer.alloc(0) }, { abortSignal });
      return true;
    } catch (error) {
      if (isOtherState(error)) return false;
      throw error;
    }
  };
  const isThere = !(await isTaken({ IfNoneMatch: "*" })) || !(await isTaken({ IfNoneMatch: "*" }));
  if (isThere && !(await isTaken({ IfMatch: noTag }))) return;
  const message = said`The server of ${bucket.place} overwrites objects that must not be: it does not regard If-None-Match and If-Match. Use a server that does, or a newer version of it.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: bucket.place });
}

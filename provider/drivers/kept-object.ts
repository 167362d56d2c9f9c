import { SiteRecoveryError } from "../errors.ts";
import { plain, said } from "../message.ts";

/** What is wrong with removing or replacing an object that a lock keeps until `end`, or without one a legal hold of `service`. */
export function keptObject(
  place: string,
  end: number | undefined,
  service: "Azure" | "S3",
): SiteRecoveryError {
  const message =
    end === undefined
      ? said`${place} is kept by a legal hold. Release it in ${plain(service)} first.`
      : said`${place} is kept until ${new Date(end).toISOString()} by a retention lock. Wait until then.`;
  return new SiteRecoveryError("InUse", message, { target: place });
}

/** There is no object whose lock could last longer. */
export function nothingToLock(place: string): SiteRecoveryError {
  return new SiteRecoveryError("NotFound", said`There is no object ${place} to lock.`, { target: place });
}

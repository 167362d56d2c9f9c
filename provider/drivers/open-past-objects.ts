import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { ObjectsAddress, PastObjects } from "../ports/objects.ts";
import { PastS3Objects } from "./objects-s3/past-objects.ts";
import type { S3Settings } from "./objects-s3/settings.ts";
import { openObjects } from "./open-objects.ts";

/** Opens the place of an address as it was at an instant. Throws `PrerequisitesNotMet` where former states are not kept. */
export function openPastObjects(address: ObjectsAddress, instant: number): PastObjects {
  if (address.driver === "s3") return new PastS3Objects(address.settings as S3Settings, instant);
  const { place } = openObjects(address);
  const next =
    address.driver === "azure-blob"
      ? said`Restore the container with Azure's point-in-time restore, or its blobs from their versions, and adopt it as it is then.`
      : said`Adopt a copy of that time, as it is.`;
  const message = said`Only buckets of S3 with versions can be read as of an instant, not ${place}. ${next}`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { property: "--as-of", target: place });
}

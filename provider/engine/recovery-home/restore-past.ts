/** A former state of a store comes back as a copy beside it: what was written since stays as it is, and so do its versions. */
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { CopiedObjects } from "../../ports/objects.ts";
import { placeOfAddress, type StoreAddress } from "../../store-address.ts";
import { openPastObjects } from "../../drivers/open-past-objects.ts";
import { storeKeyName } from "../../replica/store-key.ts";

/** Where the copy of a former state is: `s3://bucket/prefix-as-of-20261129t183000z`. The same each time, so that a killed copy resumes. */
export function addressOfPast(address: StoreAddress, instant: number): StoreAddress {
  const when = new Date(instant).toISOString().toLowerCase().replace(/[-:]/g, "").replace(".000", "");
  const [, bucket, prefix] = /^s3:\/\/([^/]+)(?:\/(.*?))?\/?$/.exec(address.url) ?? [];
  if (bucket === undefined) throw onlyVersions(address.url);
  const name = prefix === undefined || prefix === "" ? `as-of-${when}` : `${prefix}-as-of-${when}`;
  return { ...address, url: `s3://${bucket}/${name}` };
}

/** Copies a store as it was at an instant beside itself, within the service. Its key comes last: without it, it is no store. */
export async function restorePast(
  address: StoreAddress,
  instant: number,
  onCopied?: (copied: CopiedObjects) => void,
): Promise<{ address: StoreAddress; copied: CopiedObjects }> {
  const to = addressOfPast(address, instant);
  const { prefix } = placeOfAddress(to).settings as { prefix: string };
  const past = openPastObjects(placeOfAddress(address), instant);
  try {
    return { address: to, copied: await past.copyTo(prefix, storeKeyName, onCopied) };
  } finally {
    await past.close();
  }
}

/** Of folders, nothing keeps former states. */
export function onlyVersions(place: string): SiteRecoveryError {
  const message = said`Only buckets of S3 with versions can be read as of an instant, not ${place}. Adopt a copy of that time, as it is.`;
  return new SiteRecoveryError("PrerequisitesNotMet", message, { property: "--as-of", target: place });
}

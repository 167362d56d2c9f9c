import type { ObjectIdentifier, S3, _Error } from "@aws-sdk/client-s3";
import { codeOf } from "./classify.ts";

/** The most that a request takes. */
const batchSize = 1000;

interface ErrorOfKey {
  readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };
}

/** Statuses that the codes have elsewhere; what is not among them is for good. */
const statuses: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  InternalError: 500,
  ServiceUnavailable: 503,
  SlowDown: 503,
};

/**
 * Removes objects, or versions of them. Returns the delete markers that came in their place, in a bucket with versions, by
 * their keys. Throws as requests do, for the first key that could not be removed.
 */
export async function removeObjects(
  s3: S3,
  Bucket: string,
  objects: readonly ObjectIdentifier[],
  abortSignal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const markers = new Map<string, string>();
  for (let start = 0; start < objects.length; start += batchSize) {
    const Objects = objects.slice(start, start + batchSize);
    const { Deleted = [], Errors = [] } = await s3.deleteObjects(
      { Bucket, Delete: { Objects } },
      { abortSignal },
    );
    for (const error of Errors) {
      if (error.Code !== "NoSuchKey" && error.Code !== "NoSuchVersion") throw thrown(error);
    }
    for (const { Key, DeleteMarkerVersionId } of Deleted) {
      if (Key !== undefined && DeleteMarkerVersionId !== undefined) markers.set(Key, DeleteMarkerVersionId);
    }
  }
  return markers;
}

function thrown({ Code = "" }: _Error): ErrorOfKey {
  return { name: Code, $metadata: { httpStatusCode: statuses[Code] ?? 400 } };
}

/**
 * Removes for good what a delete marker hides, and the marker. A later put of the same key is left alone. What may not be
 * removed, because it is locked or by whoever asks, stays hidden.
 */
export async function removeHidden(
  s3: S3,
  Bucket: string,
  [Key, marker]: readonly [string, string],
  abortSignal: AbortSignal,
): Promise<void> {
  try {
    const versions = await versionsBelow(s3, Bucket, Key, marker, abortSignal);
    if (versions === undefined) return;
    await removeObjects(s3, Bucket, versions, abortSignal);
    await removeObjects(s3, Bucket, [{ Key, VersionId: marker }], abortSignal);
  } catch (error) {
    if (codeOf(error) !== "AccessDenied") throw error;
  }
}

/** All versions of a key but the marker; `undefined` if the marker is not the newest. */
async function versionsBelow(
  s3: S3,
  Bucket: string,
  Key: string,
  marker: string,
  abortSignal: AbortSignal,
): Promise<ObjectIdentifier[] | undefined> {
  const found: ObjectIdentifier[] = [];
  let isNewest = false;
  let from: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (;;) {
    const page = await s3.listObjectVersions({ Bucket, Prefix: Key, ...from }, { abortSignal });
    const all = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    const ofKey = all.filter((version) => version.Key === Key);
    isNewest ||= ofKey.some(({ VersionId, IsLatest }) => VersionId === marker && IsLatest === true);
    found.push(
      ...ofKey.flatMap(({ VersionId }) =>
        VersionId === undefined || VersionId === marker ? [] : [{ Key, VersionId }],
      ),
    );
    // The key itself comes before the keys that begin with it.
    if (page.IsTruncated !== true || ofKey.length < all.length) return isNewest ? found : undefined;
    from = {
      KeyMarker: page.NextKeyMarker ?? Key,
      ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }),
    };
  }
}

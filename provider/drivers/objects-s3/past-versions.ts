import type { ListObjectVersionsCommandOutput } from "@aws-sdk/client-s3";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { ObjectFacts } from "../../ports/objects.ts";
import { isObjectName } from "../object-name.ts";
import type { Bucket } from "./bucket.ts";
import { codeOf } from "./classify.ts";
import { timeOfVersion } from "./version-time.ts";
import { tagOf } from "./s3-conditions.ts";

/** The version of an object that counted at an instant. */
export interface PastVersion extends ObjectFacts {
  readonly versionId: string;
}

/** A version or a delete marker, as listings have them. */
interface Listed {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly LastModified?: Date | undefined;
  readonly Size?: number | undefined;
  readonly ETag?: string | undefined;
}

/** Where a page of a listing begins. */
interface From {
  readonly KeyMarker?: string;
  readonly VersionIdMarker?: string;
}

/** What is known of a name so far: the newest change that is not later than the instant. */
interface Candidate {
  readonly at: number;
  /** `undefined` for a delete marker. */
  readonly version: PastVersion | undefined;
}

/**
 * The objects that were there at an instant, by their names: the newest version of each that is not later, unless it was deleted
 * by then. Throws `PrerequisitesNotMet` for a bucket without versions.
 */
export async function versionsAt(bucket: Bucket, instant: number): Promise<Map<string, PastVersion>> {
  await requireVersions(bucket);
  const found = new Map<string, Candidate>();
  for (let from: From | undefined = {}; from !== undefined;) {
    const page = await pageFrom(bucket, from);
    for (const listed of page.Versions ?? []) note(bucket, found, instant, listed, false);
    for (const listed of page.DeleteMarkers ?? []) note(bucket, found, instant, listed, true);
    from = nextOf(page);
  }
  const there = [...found].flatMap(([name, { version }]) =>
    version === undefined ? [] : [[name, version] as const],
  );
  return new Map(there.sort(([left], [right]) => (left < right ? -1 : 1)));
}

function pageFrom(bucket: Bucket, from: From): Promise<ListObjectVersionsCommandOutput> {
  return bucket.request({}, (s3, abortSignal) =>
    s3.listObjectVersions({ Bucket: bucket.name, Prefix: bucket.root, ...from }, { abortSignal }),
  );
}

function nextOf(page: ListObjectVersionsCommandOutput): From | undefined {
  const { IsTruncated, NextKeyMarker, NextVersionIdMarker } = page;
  if (IsTruncated !== true || NextKeyMarker === undefined) return undefined;
  return {
    KeyMarker: NextKeyMarker,
    ...(NextVersionIdMarker === undefined ? {} : { VersionIdMarker: NextVersionIdMarker }),
  };
}

/** Listings give the versions of a name with the newest first. In doubt, within a second, an object counts and no marker. */
function note(
  { root }: Bucket,
  found: Map<string, Candidate>,
  instant: number,
  { Key = "", VersionId, LastModified, Size = 0, ETag }: Listed,
  isMarker: boolean,
): void {
  const name = Key.slice(root.length);
  // What else is there was put by others.
  if (VersionId === undefined || !isObjectName(name)) return;
  const at = timeOfVersion(VersionId, LastModified);
  if (at > instant) return;
  const before = found.get(name);
  if (before !== undefined && before.at >= at) return;
  const version = { name, sizeBytes: Size, modifiedAt: at, tag: tagOf(ETag), versionId: VersionId };
  found.set(name, { at, version: isMarker ? undefined : version });
}

async function requireVersions(bucket: Bucket): Promise<void> {
  const { name, place } = bucket;
  const status = await bucket.request({}, async (s3, abortSignal) => {
    try {
      return (await s3.getBucketVersioning({ Bucket: name }, { abortSignal })).Status;
    } catch (error) {
      // An identity that may not ask may still be able to list them.
      if (codeOf(error) === "AccessDenied") return "Enabled";
      throw error;
    }
  });
  if (status !== undefined) return;
  const message = said`The bucket of ${place} keeps no versions, so that its former state is not known. Enable versioning on it for the next time.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: place });
}

import type { S3 } from "@aws-sdk/client-s3";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { Body, PutOptions, PutRule, Tag } from "../../ports/objects.ts";
import { randomHex } from "../../random.ts";
import { bytesInFlight } from "../bytes-in-flight.ts";
import { readPiece } from "../read-piece.ts";
import { OwnFailure } from "../remote-retry.ts";
import type { Bucket } from "./bucket.ts";
import type { LockHeaders } from "./object-lock.ts";
import { putInParts } from "./put-in-parts.ts";
import { conditionsOf, isOtherState, isUploadGone, tagOf } from "./s3-conditions.ts";

/** Up to here a body goes in one request, which is faster than parts; it is in memory as a whole. */
const oneRequestBytes = 32 * 1_048_576;

type Conditions = ReturnType<typeof conditionsOf>;
/** The request that makes an object of what was sent. */
type Publication = (
  s3: S3,
  conditions: Conditions,
  abortSignal: AbortSignal,
) => Promise<{ ETag?: string | undefined }>;

interface Put {
  readonly bucket: Bucket;
  readonly name: string;
  readonly rule: PutRule;
  readonly options: PutOptions;
  /** It is left with the object. */
  readonly number: string;
  readonly bytes: number;
}

/** Puts a body under a name, in one request or in parts. */
export async function putObject(
  bucket: Bucket,
  lock: LockHeaders,
  name: string,
  body: Body,
  rule: PutRule,
  options: PutOptions,
): Promise<Tag | "lost"> {
  const { signal } = options;
  const bytes = body instanceof Uint8Array ? body.length : body.sizeBytes;
  const number = randomHex(bucket.random, 16);
  const put = { bucket, name, rule, options, number, bytes };
  const object = {
    ...bucket.object(name),
    Metadata: { put: number },
    ...lock,
  };
  if (bytes > oneRequestBytes) {
    const request = { place: bucket.placeOf(name), signal };
    return putInParts(bucket, object, body, request, (upload) =>
      publish(put, (s3, conditions, abortSignal) =>
        s3.completeMultipartUpload({ ...bucket.object(name), ...upload, ...conditions }, { abortSignal }),
      ),
    );
  }
  return bytesInFlight.around(bytes, bucket.place, signal, () => {
    const Body = readPiece(body, 0, bytes);
    return publish(put, (s3, conditions, abortSignal) =>
      s3.putObject({ ...object, ...conditions, Body }, { abortSignal }),
    );
  });
}

/**
 * Gives an object its name. A refusal by the condition may come from an attempt whose answer got lost, or from a request
 * that the line brought twice: then the object has the number of this put.
 */
async function publish(put: Put, work: Publication): Promise<Tag | "lost"> {
  const { bucket, name, rule, number, bytes } = put;
  const { signal, claim } = put.options;
  const place = bucket.placeOf(name);
  let isUploadLost = false;
  const etag = await bucket.request({ place, signal, bytes }, async (s3, abortSignal) => {
    await claim?.check().catch((error: unknown) => {
      throw new OwnFailure(error);
    });
    try {
      return (await work(s3, conditionsOf(rule), abortSignal)).ETag ?? "";
    } catch (error) {
      isUploadLost = isUploadGone(error);
      if (isUploadLost || (rule !== "replace" && isOtherState(error))) return undefined;
      throw error;
    }
  });
  if (etag !== undefined) return tagOf(etag);
  const found = await bucket.head(name, signal);
  if (found?.Metadata?.["put"] === number) return tagOf(found.ETag);
  if (isUploadLost && holds(rule, found?.ETag)) {
    const message = said`What was sent to ${place} was removed before it was whole. Run the command again.`;
    throw new SiteRecoveryError("TargetUnreachable", message, { target: place });
  }
  return "lost";
}

/** Whether a put by the rule would be taken now. */
function holds(rule: PutRule, etag: string | undefined): boolean {
  if (rule === "replace") return true;
  return rule === "ifAbsent" ? etag === undefined : tagOf(etag) === rule.ifTag;
}

import type { CompletedPart, CreateMultipartUploadCommandInput } from "@aws-sdk/client-s3";
import pLimit from "p-limit";
import { SiteRecoveryError } from "../../errors.ts";
import type { Body } from "../../ports/objects.ts";
import { bytesInFlight } from "../bytes-in-flight.ts";
import { readPiece } from "../read-piece.ts";
import type { Bucket, RequestOptions } from "./bucket.ts";
import { isUploadGone } from "./s3-conditions.ts";

const partBytes = 8 * 1_048_576;
const partsMax = 10_000;
const partsAtOnce = 4;
/** The error that ended the upload does not wait longer for its parts to be removed. */
const abortMilliseconds = 10_000;

/** The largest object, in bytes. */
export const inPartsBytesMax = partBytes * partsMax;

export interface Upload {
  readonly UploadId: string;
  readonly MultipartUpload: { readonly Parts: CompletedPart[] };
}

/**
 * Brings a body to the server in parts, which are not seen yet, and calls `publish` to make an object of them. Parts that did not
 * become an object are removed.
 */
export async function putInParts<T>(
  bucket: Bucket,
  start: CreateMultipartUploadCommandInput,
  body: Body,
  request: RequestOptions,
  publish: (upload: Upload) => Promise<T | "lost">,
): Promise<T | "lost"> {
  const object = { Bucket: start.Bucket, Key: start.Key };
  const { UploadId = "" } = await bucket.request(request, (s3, abortSignal) =>
    s3.createMultipartUpload({ ...start, ChecksumAlgorithm: "CRC32" }, { abortSignal }),
  );
  let isPublished = false;
  try {
    const Parts = await sendParts(bucket, { ...object, UploadId }, body, request);
    const result = await publish({ UploadId, MultipartUpload: { Parts } });
    isPublished = result !== "lost";
    return result;
  } finally {
    if (!isPublished) await abortUpload(bucket, { ...object, UploadId }, request.place);
  }
}

/** When a part fails, those that are on their way are waited for: parts that come after an abort may stay. */
async function sendParts(
  bucket: Bucket,
  upload: { Bucket: string | undefined; Key: string | undefined; UploadId: string },
  body: Body,
  request: RequestOptions,
): Promise<CompletedPart[]> {
  const sizeBytes = body instanceof Uint8Array ? body.length : body.sizeBytes;
  const numbers = Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, index) => index + 1);
  const failures: unknown[] = [];
  const send = (PartNumber: number): Promise<CompletedPart> => {
    const at = (PartNumber - 1) * partBytes;
    const bytes = Math.min(partBytes, sizeBytes - at);
    return bytesInFlight.around(bytes, bucket.place, request.signal, async () => {
      const Body = readPiece(body, at, bytes);
      const { ETag, ChecksumCRC32 } = await bucket.request({ ...request, bytes }, (s3, abortSignal) =>
        s3.uploadPart({ ...upload, PartNumber, Body, ChecksumAlgorithm: "CRC32" }, { abortSignal }),
      );
      return { PartNumber, ETag, ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }) };
    });
  };
  const sent = await pLimit(partsAtOnce).map(numbers, async (number) => {
    if (failures.length > 0) return undefined;
    return send(number).catch((error: unknown) => {
      failures.push(error);
      return undefined;
    });
  });
  if (failures.length > 0) throw failures[0];
  return sent.filter((part) => part !== undefined);
}

/** What cannot be removed now is removed by a sweep. */
async function abortUpload(
  bucket: Bucket,
  upload: { Bucket: string | undefined; Key: string | undefined; UploadId: string },
  place: string | undefined,
): Promise<void> {
  try {
    const request = { deadlineMilliseconds: abortMilliseconds, ...(place === undefined ? {} : { place }) };
    await bucket.request(request, async (s3, abortSignal) => {
      await s3.abortMultipartUpload(upload, { abortSignal }).catch((error: unknown) => {
        if (!isUploadGone(error)) throw error;
      });
    });
  } catch (error) {
    if (!(error instanceof SiteRecoveryError)) throw error;
  }
}

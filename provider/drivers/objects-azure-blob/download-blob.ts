import type { Readable } from "node:stream";
import type { BlobClient, BlobDownloadOptions } from "@azure/storage-blob";
import type { Tag } from "../../ports/objects.ts";
import type { ByteRange } from "../range-reader.ts";
import { smallObject, type WholeObject } from "../whole-object.ts";
import { isAbsent, tagOf } from "./blob-conditions.ts";
import { statusOf } from "./classify.ts";

/** The driver's own retries have one deadline. */
function once(abortSignal: AbortSignal): BlobDownloadOptions {
  return { abortSignal, maxRetryRequests: 0 };
}

/** The whole of a blob, `large`, or `undefined` if there is none. */
export async function downloadBlob(
  blob: BlobClient,
  abortSignal: AbortSignal,
): Promise<WholeObject | "large" | undefined> {
  try {
    const answer = await blob.download(0, undefined, once(abortSignal));
    const { contentLength: sizeBytes = 0, etag } = answer;
    return await smallObject(answer.readableStreamBody as Readable, { sizeBytes, tag: tagOf(etag) });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Bytes of one state of a blob; `undefined` if the blob was replaced or removed. */
export async function downloadRange(
  blob: BlobClient,
  tag: Tag,
  { position, length }: ByteRange,
  abortSignal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const conditions = { ifMatch: `"${tag}"` };
  try {
    const options = { ...once(abortSignal), conditions };
    const { readableStreamBody } = await blob.download(position, length, options);
    return readableStreamBody as AsyncIterable<Buffer>;
  } catch (error) {
    if (statusOf(error) === 412 || isAbsent(error)) return undefined;
    throw error;
  }
}

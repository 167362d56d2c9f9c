import type { BlobClient } from "@azure/storage-blob";
import type { Tag } from "../../ports/objects.ts";
import type { ByteRange } from "../range-reader.ts";
import { codeOf, statusOf } from "./classify.ts";

/** Bytes of one state of a blob; `undefined` if the blob was replaced or removed. */
export async function downloadRange(
  blob: BlobClient,
  tag: Tag,
  { position, length }: ByteRange,
  abortSignal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const conditions = { ifMatch: `"${tag}"` };
  try {
    const options = { abortSignal, conditions, maxRetryRequests: 0 };
    const { readableStreamBody } = await blob.download(position, length, options);
    return readableStreamBody as AsyncIterable<Buffer>;
  } catch (error) {
    if (statusOf(error) === 412 || (statusOf(error) === 404 && codeOf(error) === "BlobNotFound")) {
      return undefined;
    }
    throw error;
  }
}

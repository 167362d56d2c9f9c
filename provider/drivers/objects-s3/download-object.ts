import { addAbortSignal, type Readable } from "node:stream";
import type { S3 } from "@aws-sdk/client-s3";
import type { Tag } from "../../ports/objects.ts";
import type { ByteRange } from "../range-reader.ts";
import { isAbsent, isOtherState, tagOf } from "./s3-conditions.ts";

interface ObjectKey {
  readonly Bucket: string;
  readonly Key: string;
}

/** The whole of an object, `large` if it has more bytes than `bytesMax`, or `undefined` if there is none. */
export async function downloadObject(
  s3: S3,
  object: ObjectKey,
  bytesMax: number,
  abortSignal: AbortSignal,
): Promise<{ bytes: Buffer; tag: Tag } | "large" | undefined> {
  try {
    const { Body, ContentLength = 0, ETag } = await s3.getObject(object, { abortSignal });
    const body = Body as Readable;
    if (ContentLength > bytesMax) {
      body.destroy();
      return "large";
    }
    const chunks: Buffer[] = [];
    for await (const chunk of addAbortSignal(abortSignal, body)) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    // A line that breaks may look like the end: it is another error without a status, which is tried again.
    if (bytes.length !== ContentLength) throw new Error("The answer is shorter than the object.");
    return { bytes, tag: tagOf(ETag) };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Bytes of one state of an object; `undefined` if the object was replaced or removed. */
export async function downloadRange(
  s3: S3,
  object: ObjectKey,
  tag: Tag,
  { position, length }: ByteRange,
  abortSignal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const which = { IfMatch: `"${tag}"`, Range: `bytes=${position}-${position + length - 1}` };
  try {
    const { Body } = await s3.getObject({ ...object, ...which }, { abortSignal });
    return addAbortSignal(abortSignal, Body as Readable);
  } catch (error) {
    if (isOtherState(error)) return undefined;
    throw error;
  }
}

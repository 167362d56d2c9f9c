import { addAbortSignal, type Readable } from "node:stream";
import type { S3 } from "@aws-sdk/client-s3";
import type { Tag } from "../../ports/objects.ts";
import type { ByteRange } from "../range-reader.ts";
import { smallObject, type WholeObject } from "../whole-object.ts";
import { isAbsent, isOtherState, tagOf } from "./s3-conditions.ts";

interface ObjectKey {
  readonly Bucket: string;
  readonly Key: string;
}

/** The whole of an object, `large`, or `undefined` if there is none. */
export async function downloadObject(
  s3: S3,
  object: ObjectKey,
  abortSignal: AbortSignal,
): Promise<WholeObject | "large" | undefined> {
  try {
    const { Body, ContentLength = 0, ETag } = await s3.getObject(object, { abortSignal });
    const body = addAbortSignal(abortSignal, Body as Readable);
    return await smallObject(body, { sizeBytes: ContentLength, tag: tagOf(ETag) });
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

import type { S3 } from "@aws-sdk/client-s3";
import { isObjectName } from "../object-name.ts";
import type { Bucket } from "./bucket.ts";
import { isUploadGone } from "./s3-conditions.ts";

/** Removes the parts of all uploads below a prefix that did not become objects. Uploads of other programs are left alone. */
export async function sweepUploads(
  s3: S3,
  { name: Bucket, root }: Bucket,
  prefix: string,
  abortSignal: AbortSignal,
): Promise<void> {
  const Prefix = `${root}${prefix === "" ? "" : `${prefix}/`}`;
  let from: { KeyMarker?: string; UploadIdMarker?: string } = {};
  for (;;) {
    const page = await s3.listMultipartUploads({ Bucket, Prefix, ...from }, { abortSignal });
    for (const { Key = "", UploadId } of page.Uploads ?? []) {
      if (!isObjectName(Key.slice(root.length))) continue;
      await s3.abortMultipartUpload({ Bucket, Key, UploadId }, { abortSignal }).catch((error: unknown) => {
        if (!isUploadGone(error)) throw error;
      });
    }
    const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page;
    if (IsTruncated !== true || NextKeyMarker === undefined) return;
    from = {
      KeyMarker: NextKeyMarker,
      ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }),
    };
  }
}

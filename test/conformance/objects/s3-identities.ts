/** Identities with fewer rights than the server's owner has. */
import type { S3Objects } from "../../../provider/drivers/objects-s3/s3-objects.ts";
import type { S3Settings } from "../../../provider/drivers/objects-s3/settings.ts";
import type { S3Key } from "../servers/versitygw.ts";
import { adminOfServer, openS3, rootKey } from "./s3-place.ts";

const onBucket = ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketObjectLockConfiguration"];
const onObjects = [
  "s3:GetObject",
  "s3:PutObject",
  "s3:AbortMultipartUpload",
  "s3:GetObjectRetention",
  "s3:PutObjectRetention",
];

/** What whoever drops recovery points may do beside what a writer may. */
export const upkeepActions = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"];

/** Makes identities of a bucket; each may do what a writer may, and what is given for it. */
export async function newIdentities(
  settings: S3Settings,
  more: readonly (readonly string[])[],
): Promise<S3Key[]> {
  const users = await Promise.all(more.map(() => rootKey().newUser()));
  const Statement = users.flatMap(({ accessKeyId }, index) => {
    const actions = [...onBucket, ...onObjects, ...more[index]!];
    const isOnBucket = (action: string): boolean => /Bucket/.test(action);
    const grant = (Action: string[], Resource: string) => ({
      Effect: "Allow",
      Principal: { AWS: [accessKeyId] },
      Action,
      Resource: `arn:aws:s3:::${settings.bucket}${Resource}`,
    });
    return [
      grant(actions.filter(isOnBucket), ""),
      grant(
        actions.filter((action) => !isOnBucket(action)),
        "/*",
      ),
    ];
  });
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await adminOfServer().putBucketPolicy({ Bucket: settings.bucket, Policy });
  return users;
}

/** Opens the bucket as identities made for it. */
export async function openAs(
  settings: S3Settings,
  more: readonly (readonly string[])[],
): Promise<S3Objects[]> {
  const users = await newIdentities(settings, more);
  return users.map(({ accessKeyId, secretAccessKey }) =>
    openS3(settings, { environment: { KEY: `${accessKeyId}:${secretAccessKey}` } }),
  );
}

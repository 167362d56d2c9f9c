import { onTestFinished } from "vitest";
import { S3Objects } from "../../../provider/drivers/objects-s3/s3-objects.ts";
import { newBucket, rootKey, useS3Server } from "../objects/s3-place.ts";
import { describeObjectClaims } from "./describe-object-claims.ts";

useS3Server();

describeObjectClaims("claims of a bucket of S3", async () => {
  const settings = await newBucket();
  const { accessKeyId, secretAccessKey } = rootKey();
  process.env["S3_KEY_OF_TESTS"] = `${accessKeyId}:${secretAccessKey}`;
  onTestFinished(() => void delete process.env["S3_KEY_OF_TESTS"]);
  return new S3Objects({ ...settings, credentials: { environmentVariable: "S3_KEY_OF_TESTS" } });
});

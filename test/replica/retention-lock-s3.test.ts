import { newBucket, rootKey, useS3Server } from "../conformance/objects/s3-place.ts";
import { describeRetentionLock } from "./describe-retention-lock.ts";

useS3Server();

describeRetentionLock("replicas in a bucket with Object Lock", async () => {
  const { accessKeyId, secretAccessKey } = rootKey();
  process.env["LOCK_KEY_OF_TESTS"] = `${accessKeyId}:${secretAccessKey}`;
  const settings = await newBucket({ retentionLock: "compliance", prefix: "p" });
  return {
    driver: "s3",
    settings: { ...settings, credentials: { environmentVariable: "LOCK_KEY_OF_TESTS" } },
  };
});

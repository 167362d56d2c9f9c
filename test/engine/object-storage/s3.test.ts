import { onTestFinished } from "vitest";
import { newBucket, rootKey, useS3Server } from "../../conformance/objects/s3-place.ts";
import { describeRemoteReplicas } from "./describe-remote-replicas.ts";

useS3Server();

describeRemoteReplicas("replicas in a bucket of S3", async () => {
  const { bucket, endpoint } = await newBucket();
  const { accessKeyId, secretAccessKey } = rootKey();
  process.env["S3_KEY_OF_TESTS"] = `${accessKeyId}:${secretAccessKey}`;
  onTestFinished(() => void delete process.env["S3_KEY_OF_TESTS"]);
  return {
    url: `s3://${bucket}/replicas`,
    endpoint: endpoint!,
    credentials: { environmentVariable: "S3_KEY_OF_TESTS" },
    missingUrl: "s3://there-is-none/replicas",
    secrets: [`${accessKeyId}:${secretAccessKey}`, secretAccessKey],
  };
});

import fs from "node:fs";
import path from "node:path";
import { newBucket, rootKey, useS3Server } from "../../conformance/objects/s3-place.ts";
import { describeKills } from "./describe-kills.ts";

useS3Server();

describeKills("a bucket of S3", async () => {
  const settings = await newBucket();
  return (folder) => {
    const { accessKeyId, secretAccessKey } = rootKey();
    const file = path.join(folder, "credentials");
    fs.writeFileSync(file, `${accessKeyId}:${secretAccessKey}`, { mode: 0o600 });
    return {
      address: { driver: "s3", settings: { ...settings, credentials: { file } } },
      spoolFolder: path.join(folder, "spool"),
    };
  };
});

/** Deletes and overwrites all that is in a bucket, as somebody does who may do everything but end locks. For a how-to page. */
import { S3 } from "@aws-sdk/client-s3";

const [Bucket, endpoint, accessKeyId, secretAccessKey] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
];
const s3 = new S3({
  endpoint,
  region: "us-east-1",
  forcePathStyle: true,
  credentials: { accessKeyId, secretAccessKey },
});
const { Contents = [] } = await s3.listObjectsV2({ Bucket });
for (const { Key } of Contents) {
  if (Key?.includes("roster") === true) await s3.putObject({ Bucket, Key, Body: "PAY" });
  await s3.deleteObject({ Bucket, Key });
}
s3.destroy();

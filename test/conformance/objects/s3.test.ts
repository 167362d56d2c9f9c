import { expect, it, vi } from "vitest";
import { openObjects } from "../../../provider/drivers/open-objects.ts";
import { expectEndWithRun } from "../servers/ends-with-its-run.ts";
import { describeObjects } from "./describe-objects.ts";
import { contentOf } from "./place-for-tests.ts";
import { newBucket, openS3, rootKey, useS3Server } from "./s3-place.ts";

useS3Server();

describeObjects("objects of a bucket of S3", async () => {
  const settings = await newBucket({ prefix: "Site-1/replicas" });
  return {
    objects: openS3(settings),
    again: () => openS3(settings),
    tagsOfEqualContentDiffer: false,
    moreThanAPage: 50,
  };
});

describeObjects("objects of a bucket of S3 with Object Lock", async () => {
  const settings = await newBucket({ retentionLock: "compliance" });
  return {
    objects: openS3(settings),
    again: () => openS3(settings),
    tagsOfEqualContentDiffer: false,
    moreThanAPage: 50,
  };
});

it("is opened by its address, as a worker does", async () => {
  const { accessKeyId, secretAccessKey } = rootKey();
  vi.stubEnv("TEST_S3_ID", accessKeyId).stubEnv("TEST_S3_SECRET", secretAccessKey);
  const environmentVariables = { accessKeyId: "TEST_S3_ID", secretAccessKey: "TEST_S3_SECRET" };
  const first = openS3(
    { ...(await newBucket({ prefix: "p" })), credentials: { environmentVariables } },
    { environment: process.env },
  );
  await first.put("one", Buffer.from("x"), "ifAbsent");
  expect(JSON.stringify(first.address)).not.toContain(secretAccessKey);
  const second = openObjects(structuredClone(first.address));
  expect(await contentOf(second, "one")).toBe("x");
  await second.close();
  vi.unstubAllEnvs();
});

it("leaves no server behind when a test run is killed", () =>
  expectEndWithRun("versitygw.ts", "startVersitygw"));

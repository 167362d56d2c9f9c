import { randomBytes } from "node:crypto";
import { expect, it, onTestFinished, vi } from "vitest";
import { contentOf, namesOf } from "./place-for-tests.ts";
import { newBucket, openS3, rootKey, useS3Server } from "./s3-place.ts";

useS3Server();

it("makes no bucket in place of one that is missing", async () => {
  const settings = await newBucket({ prefix: "p" });
  const objects = openS3({ ...settings, bucket: "another" });
  for (const work of [
    () => objects.put("one", Buffer.from("x"), "ifAbsent"),
    () => objects.get("one"),
    () => objects.facts("one"),
    () => objects.remove(["one"]),
    () => objects.sweep(""),
    () => objects.now(),
    () => namesOf(objects, ""),
  ]) {
    const error = await work().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "TargetUnreachable" });
    expect((error as Error).message).toMatch(
      /^There is no bucket at s3:\/\/another\/p(\/one)?: .*Nothing is made in its place/,
    );
  }
});

it("says when there is no server", async () => {
  const settings = { ...(await newBucket()), endpoint: "http://127.0.0.1:9" };
  const error = await openS3(settings, { deadlineMilliseconds: 1000 })
    .get("one")
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "TargetUnreachable" });
  expect((error as Error).message).toMatch(/does not answer \(ECONNREFUSED\)/);
});

it("names the refused credentials, and shows none of them", async () => {
  const settings = await newBucket();
  const { accessKeyId } = rootKey();
  const canary = `canary${randomBytes(12).toString("hex")}`;
  for (const [secret, code] of [
    [`${accessKeyId}:${canary}`, "403 SignatureDoesNotMatch"],
    [`AKcanary:${canary}`, "403 InvalidAccessKeyId"],
    [`${accessKeyId}:${canary}:${canary}`, "400 InvalidToken"],
    [`[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${canary}\n`, "403 Sig"],
  ] as const) {
    const objects = openS3(settings, { environment: { KEY: secret } });
    const error = await objects.put("one", Buffer.from("x"), "ifAbsent").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "TargetUnreachable" });
    const { message, stack, cause } = error as Error;
    expect(message).toContain(`refuses the credentials: it answers ${code}`);
    const shown = [message, stack, cause, error, objects.place, objects.address, objects.placeOf("one")];
    for (const leak of [canary, "canary", "Credential=", "Signature=", accessKeyId]) {
      expect(JSON.stringify(shown)).not.toContain(leak);
    }
  }
});

it("names the region that a bucket is in", async () => {
  const objects = openS3(await newBucket({ region: "eu-west-1" }));
  await expect(objects.get("one")).rejects.toMatchObject({
    code: "TargetUnreachable",
    message: expect.stringMatching(/another region|the region us-east-1/) as string,
  });
});

it.each([
  [20, "20 minutes ahead of"],
  [-16, "16 minutes behind"],
])("names a clock that is %i minutes off", async (minutes, words) => {
  const objects = openS3(await newBucket());
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + minutes * 60_000 });
  try {
    for (const work of [() => objects.get("one"), () => objects.facts("one")]) {
      await expect(work()).rejects.toMatchObject({
        code: "TargetUnreachable",
        message: expect.stringContaining(`The clock of this computer is ${words} the clock of`) as string,
      });
    }
  } finally {
    vi.useRealTimers();
  }
});

it("takes what the AWS default chain finds, and says when it finds none", async () => {
  const { credentials: _none, ...settings } = await newBucket();
  const { accessKeyId, secretAccessKey } = rootKey();
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/none").stubEnv("AWS_CONFIG_FILE", "/none");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  await expect(openS3(settings).get("one")).rejects.toMatchObject({
    code: "TargetUnreachable",
    message: expect.stringMatching(/^There are no credentials for s3:/) as string,
  });
  vi.stubEnv("AWS_ACCESS_KEY_ID", accessKeyId).stubEnv("AWS_SECRET_ACCESS_KEY", secretAccessKey);
  const objects = openS3(settings);
  await objects.put("one", Buffer.from("x"), "ifAbsent");
  expect(await contentOf(objects, "one")).toBe("x");
});

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { classify, isRefusal } from "../../provider/drivers/objects-s3/classify.ts";
import { readAccessKey } from "../../provider/drivers/objects-s3/credentials.ts";
import { S3Objects } from "../../provider/drivers/objects-s3/s3-objects.ts";

const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode, requestId: "R1, R1" } });

it.each([
  [{ name: "SlowDown", ...status(503) }, "TargetUnreachable", true, /answers 503 SlowDown \(request R1\)/],
  [{ name: "Unknown", ...status(429) }, "TargetUnreachable", true, /answers 429 \(/],
  [{ name: "RequestTimeout", ...status(400) }, "TargetUnreachable", true, /cannot be used now/],
  [{ name: "BadDigest", ...status(400) }, "TargetUnreachable", true, /cannot be used now/],
  [{ name: "ConditionalRequestConflict", ...status(409) }, "TargetUnreachable", true, /now/],
  [{ name: "AccessDenied", ...status(403) }, "TargetUnreachable", false, /refuses the credentials/],
  [{ name: "ExpiredToken", ...status(400) }, "TargetUnreachable", false, /refuses the credentials/],
  [{ name: "XAdminUserNotFound", ...status(404) }, "TargetUnreachable", false, /refuses the cred/],
  [{ name: "NoSuchBucket", ...status(404) }, "TargetUnreachable", false, /Nothing is made in its place/],
  [{ name: "PermanentRedirect", ...status(301) }, "TargetUnreachable", false, /is in another region/],
  [
    { name: "AuthorizationHeaderMalformed", Region: "eu-central-1", ...status(400) },
    "TargetUnreachable",
    false,
    /is in the region eu-central-1/,
  ],
  [{ name: "QuotaExceeded", ...status(403) }, "DiskFull", false, /has no room/],
  [{ name: "ObjectLocked", ...status(400) }, "InUse", false, /kept by a retention lock/],
  [{ name: "InvalidObjectState", ...status(403) }, "IoFailed", false, /to an archive/],
  [{ name: "a Signature=canary", ...status(400) }, "IoFailed", false, /cannot do it: it answers 400 \(/],
  [{ name: "Error", code: "ECONNRESET" }, "TargetUnreachable", true, /does not answer \(ECONNRESET\)/],
  [{ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }, "TargetUnreachable", false, /cannot be trusted/],
  [{ name: "CredentialsProviderError" }, "TargetUnreachable", false, /There are no credentials for/],
] as const)("says what %j means", (thrown, code, isTransient, message) => {
  const failure = classify({ message: "Signature=canary", ...thrown }, "s3://b/p", 0);
  expect(failure).toMatchObject({ isTransient, error: { code } });
  expect(failure.error.message).toMatch(message);
  expect(`${failure.error.stack}${JSON.stringify(failure.error)}`).not.toContain("canary");
});

it("says when the region is not known, how long a server wants to be left alone, and how far a clock is off", () => {
  expect(classify(new Error("Region is missing"), "s3://b", 0).error).toMatchObject({ code: "InvalidInput" });
  const now = Date.UTC(2026, 0, 1);
  const slow = { ...status(503), $response: { headers: { "retry-after": "3" } } };
  expect(classify(slow, "s3://b", now).retryAfterMilliseconds).toBe(3000);
  const headers = { date: new Date(now + 20 * 60_000).toUTCString() };
  const skewed = { name: "RequestTimeTooSkewed", ...status(403), $response: { headers } };
  expect(classify(skewed, "s3://b", now).error.message).toContain("20 minutes behind");
});

it("takes other credentials only when the ones it has are refused or may be", () => {
  expect(isRefusal({ name: "ExpiredToken", ...status(400) })).toBe(true);
  expect(isRefusal({ name: "Unknown", ...status(403) })).toBe(true);
  expect(isRefusal({ name: "AccessDenied", ...status(403) })).toBe(false);
  expect(isRefusal({ name: "NotFound", ...status(404) })).toBe(false);
  expect(isRefusal({ code: "ECONNRESET" })).toBe(false);
});

it("reads an access key from variables or a file of its owner, and shows none of it", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-credentials-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, "key");
  const lines = "# mine\n[default]\naws_access_key_id = ID\naws_secret_access_key=a/b+c=\n";
  fs.writeFileSync(file, lines, { mode: 0o600 });
  const settings = { bucket: "some" };
  const key = { accessKeyId: "ID", secretAccessKey: "a/b+c=" };
  expect(readAccessKey({ ...settings, credentials: { file } }, "there", {})).toEqual(key);
  fs.chmodSync(file, 0o644);
  expect(() => readAccessKey({ ...settings, credentials: { file } }, "there", {})).toThrow(/Run: chmod 600/);
  const read = (text: string | undefined): unknown =>
    readAccessKey({ ...settings, credentials: { environmentVariable: "E" } }, "there", { E: text });
  expect(read("ID:a/b+c=\n")).toEqual(key);
  expect(read("ID:a/b+c=:token==")).toEqual({ ...key, sessionToken: "token==" });
  expect(read(`${lines}aws_session_token = token==\n`)).toEqual({ ...key, sessionToken: "token==" });
  for (const wrong of ["canary", "aws_secret_access_key=canary", `${lines}[canary]\n`, "id:"]) {
    expect(() => read(wrong)).toThrow(/^E holds no access key of there\. ((?!canary).)*$/);
  }
  expect(() => read(" ")).toThrow(/environment variable E .* is not set/);
  const environmentVariables = { accessKeyId: "I", secretAccessKey: "S" };
  const environment = { I: "ID", S: "a/b+c=", T: "token" };
  const names = { ...settings, credentials: { environmentVariables } };
  expect(readAccessKey(names, "there", environment)).toEqual(key);
  const withToken = {
    ...settings,
    credentials: { environmentVariables: { ...environmentVariables, sessionToken: "T" } },
  };
  expect(readAccessKey(withToken, "there", environment)).toEqual({ ...key, sessionToken: "token" });
  expect(() => readAccessKey(withToken, "there", { I: "ID", S: "canary" })).toThrow(
    /variable T with the credentials/,
  );
  expect(readAccessKey(settings, "there", {})).toBeUndefined();
});

it("reaches no server by http but one on this computer", async () => {
  const credentials = { environmentVariable: "KEY" };
  for (const endpoint of [
    "http://s3.example.org",
    "https://canary@s3.example.org",
    "https://s3.example.org/?canary",
  ]) {
    const objects = new S3Objects({ bucket: "some", endpoint, credentials }, { environment: { KEY: "a:b" } });
    await expect(objects.get("one")).rejects.toThrow(
      /^The endpoint of s3:\/\/some must be an https address ((?!canary).)*$/,
    );
  }
});

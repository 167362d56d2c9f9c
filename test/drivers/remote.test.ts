import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { VirtualClock } from "../../provider/clock.ts";
import { BytesInFlight } from "../../provider/drivers/bytes-in-flight.ts";
import { classify } from "../../provider/drivers/objects-azure-blob/classify.ts";
import { readCredential } from "../../provider/drivers/objects-azure-blob/credentials.ts";
import { once } from "../../provider/drivers/once.ts";
import { loadOptional } from "../../provider/drivers/optional-package.ts";
import { retryAfterOf, withRetry } from "../../provider/drivers/remote-retry.ts";
import { unlessStopped } from "../../provider/drivers/throw-if-stopped.ts";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { SeededRandom } from "../../provider/random.ts";

it("repeats with longer waits until the deadline, and throws what it failed of", async () => {
  const clock = new VirtualClock();
  const began = clock.monotonic();
  const at: number[] = [];
  const failure = new SiteRecoveryError("TargetUnreachable", "away");
  const options = {
    clock,
    random: new SeededRandom(1),
    place: "there",
    deadlineMilliseconds: 60_000,
    classify: () => ({ error: failure, isTransient: true }),
  };
  const work = withRetry(options, undefined, () => {
    at.push(clock.monotonic() - began);
    return Promise.reject(new Error("cut"));
  });
  await expect(work).rejects.toBe(failure);
  const waits = at.slice(1).map((time, index) => time - at[index]!);
  waits.forEach((wait, index) => {
    const longest = Math.min(10_000, 200 * 2 ** index);
    expect(wait).toBeGreaterThanOrEqual(longest / 2);
    expect(wait).toBeLessThanOrEqual(longest);
  });
  expect(at.at(-1)).toBeLessThanOrEqual(60_000);
  expect(at.at(-1)).toBeGreaterThan(45_000);
});

it("runs once what all ask for, and again what failed", async () => {
  let runs = 0;
  const ask = once(() => {
    runs += 1;
    return runs === 1 ? Promise.reject(new Error("away")) : Promise.resolve(runs);
  });
  const failed = await Promise.allSettled([ask(), ask()]);
  expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await Promise.all([ask(), ask()])).toEqual([2, 2]);
});

it("waits for what others wait for too until it is stopped", async () => {
  const stop = new AbortController();
  const never = new Promise<string>(() => undefined);
  const waiting = unlessStopped(never, stop.signal, "there");
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: "Cancelled" });
  await expect(unlessStopped(never, stop.signal, "there")).rejects.toMatchObject({ code: "Cancelled" });
  expect(await unlessStopped(Promise.resolve("done"), new AbortController().signal, "there")).toBe("done");
  const failing = unlessStopped(Promise.reject(new Error("away")), new AbortController().signal, "there");
  await expect(failing).rejects.toThrow("away");
});

it("says what to install when a package is missing", async () => {
  const missing = loadOptional("@aws-sdk/client-none", "s3://some", "@aws-sdk/client-none");
  await expect(missing).rejects.toMatchObject({
    code: "PrerequisitesNotMet",
    message: "s3://some needs the package @aws-sdk/client-none. Run: npm install @aws-sdk/client-none",
  });
});

it("reads both forms of Retry-After", () => {
  const now = Date.UTC(2026, 0, 1);
  expect(retryAfterOf("7", now)).toBe(7000);
  expect(retryAfterOf(new Date(now + 9000).toUTCString(), now)).toBe(9000);
  expect(retryAfterOf(new Date(now - 9000).toUTCString(), now)).toBe(0);
  expect(retryAfterOf("soon", now)).toBeUndefined();
  expect(retryAfterOf(undefined, now)).toBeUndefined();
});

it("holds no more bytes at once than its bound, and lets what is larger go alone", async () => {
  const bound = new BytesInFlight(100);
  let held = 0;
  let most = 0;
  const sizes = [60, 30, 20, 500, 10, 90, 100, 1, 1];
  const works = sizes.map((bytes) =>
    bound.around(bytes, "there", undefined, async () => {
      held += bytes;
      most = Math.max(most, bytes > 100 ? 0 : held);
      if (bytes > 100) expect(held).toBe(bytes);
      await new Promise((resolve) => setImmediate(resolve));
      held -= bytes;
    }),
  );
  await Promise.all(works);
  expect(held).toBe(0);
  expect(most).toBeLessThanOrEqual(100);
  await expect(
    bound.around(100, "there", AbortSignal.abort(), () => Promise.resolve()),
  ).rejects.toMatchObject({
    code: "Cancelled",
  });
  expect(await bound.around(100, "there", undefined, () => Promise.resolve("still room"))).toBe("still room");
});

it.each([
  [{ statusCode: 503, code: "ServerBusy" }, "TargetUnreachable", true, /answers 503 ServerBusy/],
  [{ statusCode: 403, code: "AuthenticationFailed" }, "TargetUnreachable", false, /refuses the credentials/],
  [
    { statusCode: 404, code: "ContainerNotFound" },
    "TargetUnreachable",
    false,
    /Nothing is made in its place/,
  ],
  [{ statusCode: 409, code: "BlobImmutableDueToPolicy" }, "InUse", false, /retention lock/],
  [{ statusCode: 413, code: "RequestBodyTooLarge" }, "DiskFull", false, /has no room/],
  [{ statusCode: 409, code: "BlobArchived" }, "IoFailed", false, /archive tier/],
  [{ statusCode: 400, code: "a sig=canary" }, "IoFailed", false, /cannot do it: it answers 400\.$/],
  [{ code: "ECONNRESET" }, "TargetUnreachable", true, /does not answer \(ECONNRESET\)/],
  [{ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }, "TargetUnreachable", false, /cannot be trusted/],
] as const)("says what %j means", (thrown, code, isTransient, message) => {
  const failure = classify({ message: "sig=canary", ...thrown }, "azblob://a/c", 0);
  expect(failure).toMatchObject({ isTransient, error: { code } });
  expect(failure.error.message).toMatch(message);
  expect(`${failure.error.stack}${JSON.stringify(failure.error)}`).not.toContain("canary");
});

it("names a wrong clock with how far it is off", () => {
  const now = Date.UTC(2026, 0, 1);
  for (const [minutes, words] of [
    [20, "20 minutes behind"],
    [-16, "16 minutes ahead of"],
  ] as const) {
    const headers = new Map([["date", new Date(now + minutes * 60_000).toUTCString()]]);
    const thrown = { statusCode: 403, code: "AuthenticationFailed", response: { headers } };
    expect(classify(thrown, "there", now).error.message).toContain(words);
  }
});

it("reads a credential from a variable or a file of its owner, and shows none of it", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-credentials-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  const settings = { account: "a", container: "c" };
  const key = Buffer.alloc(64, 7).toString("base64");
  const file = path.join(folder, "key");
  fs.writeFileSync(file, `AccountName=a;AccountKey=${key};EndpointSuffix=core.windows.net\n`, {
    mode: 0o600,
  });
  expect(readCredential({ ...settings, credentials: { file } }, "there", {})).toEqual({
    kind: "key",
    accountKey: key,
  });
  fs.chmodSync(file, 0o640);
  expect(() => readCredential({ ...settings, credentials: { file } }, "there", {})).toThrow(/Run: chmod 600/);
  const read = (text: string | undefined): unknown =>
    readCredential({ ...settings, credentials: { environmentVariable: "E" } }, "there", { E: text });
  expect(read(`?sv=1&sig=x`)).toEqual({ kind: "signature", sharedAccessSignature: "sv=1&sig=x" });
  expect(read(key)).toEqual({ kind: "key", accountKey: key });
  expect(() => read("AccountKey=canary")).toThrow(/^E holds no credentials of there\. ((?!canary).)*$/);
  expect(() => read(undefined)).toThrow(/environment variable E .* is not set/);
  expect(readCredential(settings, "there", {})).toEqual({ kind: "identity" });
});

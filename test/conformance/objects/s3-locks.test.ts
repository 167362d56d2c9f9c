import { expect, it } from "vitest";
import type { S3Settings } from "../../../provider/drivers/objects-s3/settings.ts";
import { contentOf, fileWith, patterned } from "./place-for-tests.ts";
import { adminOfServer, newBucket, openS3, useS3Server } from "./s3-place.ts";

useS3Server();

const hour = 3_600_000;

async function versionsOf({ bucket }: S3Settings): Promise<string[]> {
  const { Versions = [], DeleteMarkers = [] } = await adminOfServer().listObjectVersions({ Bucket: bucket });
  return [...Versions, ...DeleteMarkers].map(({ Key = "" }) => Key).filter((key) => !key.startsWith("_"));
}

it.each(["compliance", "governance"] as const)("keeps a locked object (%s) from everybody", async (mode) => {
  const settings = await newBucket({ retentionLock: mode, prefix: "p" });
  const objects = openS3(settings);
  const instant = (await objects.now()) + hour;
  const tag = await objects.put("one", Buffer.from("x"), "ifAbsent", { lockedUntil: instant });
  const until = new Date(Math.ceil(instant / 1000) * 1000).toISOString();
  const kept = {
    code: "InUse",
    message: `s3://${settings.bucket}/p/one is kept until ${until} by a retention lock. Wait until then.`,
  };
  await expect(objects.remove(["other", "one"])).rejects.toMatchObject(kept);
  await expect(objects.put("one", Buffer.from("y"), "replace")).rejects.toMatchObject(kept);
  await expect(objects.put("one", Buffer.from("y"), { ifTag: tag })).rejects.toMatchObject(kept);
  expect(await objects.put("one", Buffer.from("y"), "ifAbsent")).toBe("lost");
  expect(await contentOf(objects, "one")).toBe("x");
  // The server itself keeps it, whatever a program does.
  const object = { Bucket: settings.bucket, Key: "p/one" };
  const { VersionId } = await adminOfServer().headObject(object);
  await expect(adminOfServer().deleteObject({ ...object, VersionId })).rejects.toMatchObject({
    name: "AccessDenied",
  });
});

it("makes a lock longer, never shorter", async () => {
  const objects = openS3(await newBucket({ retentionLock: "governance" }));
  const instant = Math.ceil((await objects.now()) / 1000) * 1000 + hour;
  await objects.put("one", Buffer.from("x"), "ifAbsent");
  await objects.lockUntil("one", instant);
  await objects.lockUntil("one", instant - hour / 2);
  expect(await objects.lockedUntil("one")).toBe(instant);
  await objects.lockUntil("one", instant + hour);
  expect(await objects.lockedUntil("one")).toBe(instant + hour);
  await expect(objects.lockUntil("none", instant)).rejects.toMatchObject({ code: "NotFound" });
});

it("locks what goes in parts", async () => {
  const objects = openS3(await newBucket({ retentionLock: "compliance" }));
  const instant = Math.ceil((await objects.now()) / 1000) * 1000 + hour;
  await objects.put("big", fileWith(patterned(33 * 1_048_576)), "ifAbsent", { lockedUntil: instant });
  expect(await objects.lockedUntil("big")).toBe(instant);
});

it("takes no more room for what it removed", async () => {
  const settings = await newBucket({ retentionLock: "compliance" });
  const objects = openS3(settings);
  for (const text of ["a", "b", "c"]) {
    await objects.put("one", Buffer.from(text), "replace");
    await objects.put("one.more", Buffer.from(text), "replace");
  }
  await objects.remove(["one", "none"]);
  expect(await versionsOf(settings)).toEqual(["one.more", "one.more", "one.more"]);
});

it("removes what a lock no longer keeps", async () => {
  const settings = await newBucket({ retentionLock: "compliance" });
  const objects = openS3(settings);
  const instant = (await objects.now()) + 2000;
  await objects.put("one", Buffer.from("x"), "ifAbsent", { lockedUntil: instant });
  await expect(objects.remove(["one"])).rejects.toMatchObject({ code: "InUse" });
  await expect.poll(() => objects.lockedUntil("one")).toBeUndefined();
  await objects.remove(["one"]);
  expect(await versionsOf(settings)).toEqual([]);
});

it("refuses a lock where the bucket has none, and keeps locked objects without being told of locks", async () => {
  const plain = { ...(await newBucket()), retentionLock: "compliance" } as const;
  const instant = Date.now() + hour;
  const refused = { code: "InvalidInput", message: expect.stringMatching(/has no Object Lock/) as string };
  const put = openS3(plain).put("one", Buffer.from("x"), "ifAbsent", { lockedUntil: instant });
  await expect(put).rejects.toMatchObject(refused);
  await expect(openS3(plain).lockUntil("one", instant)).rejects.toMatchObject(refused);
  const locking = {
    ...(await newBucket({ retentionLock: "compliance" })),
    retentionLock: "compliance",
  } as const;
  await openS3(locking).put("one", Buffer.from("x"), "ifAbsent", { lockedUntil: instant });
  const { retentionLock: _notSaid, ...unaware } = locking;
  await expect(openS3(unaware).remove(["one"])).rejects.toMatchObject({ code: "InUse" });
});

it("refuses a bucket that locks every object by itself", async () => {
  const settings = await newBucket({ retentionLock: "compliance" });
  await adminOfServer().putObjectLockConfiguration({
    Bucket: settings.bucket,
    ObjectLockConfiguration: {
      ObjectLockEnabled: "Enabled",
      Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } },
    },
  });
  await expect(openS3(settings).remove(["one"])).rejects.toMatchObject({
    code: "InvalidInput",
    message: expect.stringMatching(/Remove its default retention/) as string,
  });
});

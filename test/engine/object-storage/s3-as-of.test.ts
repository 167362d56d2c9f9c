/** An attacker overwrites and deletes all replicas in a bucket with versions; the state before comes back, byte by byte. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { scheduler } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { PastS3Objects } from "../../../provider/drivers/objects-s3/past-objects.ts";
import { openEngine } from "../../../provider/engine/engine.ts";
import type { S3Settings } from "../../../provider/drivers/objects-s3/settings.ts";
import { type Ended, runProgram } from "../../cli/run-program.ts";
import { adminOfServer, newBucket, rootKey, useS3Server } from "../../conformance/objects/s3-place.ts";
import { namesOf } from "../../conformance/objects/place-for-tests.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

useS3Server();

let site: FlowSite;
let settings: S3Settings;
let content: Buffer;
/** Between the last good cycle and the attack. */
let instant: string;

const kit = (): string => path.join(site.folder, "kit.json");
const url = (): string => `s3://${settings.bucket}/replicas`;

async function replicate(at: number): Promise<void> {
  const disk = await openTrackedDisk(site.image());
  await disk.write(randomBytes(100_000), at);
  await disk.flush();
  await disk.close();
  await site.engine.replicate(site.itemId(), quiet);
}

async function keysNow(): Promise<string[]> {
  const { Contents = [] } = await adminOfServer().listObjectsV2({ Bucket: settings.bucket });
  return Contents.map(({ Key = "" }) => Key);
}

/** All versions below the prefix of the replicas, with the delete markers. */
async function versionsNow(): Promise<number> {
  const all = { Bucket: settings.bucket, Prefix: "replicas/" };
  const { Versions = [], DeleteMarkers = [] } = await adminOfServer().listObjectVersions(all);
  return Versions.length + DeleteMarkers.length;
}

/** Every object is overwritten or deleted; the roster and the key both. */
async function attack(): Promise<void> {
  const { bucket: Bucket } = settings;
  for (const Key of await keysNow()) {
    if (/roster|store\.key/.test(Key)) await adminOfServer().putObject({ Bucket, Key, Body: "PAY" });
    await adminOfServer().deleteObject({ Bucket, Key });
  }
  const [roster] = (await adminOfServer().listObjectVersions({ Bucket })).Versions!.filter(({ Key }) =>
    /roster/.test(Key!),
  );
  await adminOfServer().putObject({ Bucket, Key: roster!.Key!, Body: "PAY" });
}

beforeEach(async () => {
  settings = await newBucket();
  const { bucket: Bucket } = settings;
  await adminOfServer().putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Enabled" } });
  const { accessKeyId, secretAccessKey } = rootKey();
  process.env["AS_OF_KEY_OF_TESTS"] = `${accessKeyId}:${secretAccessKey}`;
  const account = {
    url: url(),
    endpoint: settings.endpoint!,
    credentials: { environmentVariable: "AS_OF_KEY_OF_TESTS" },
  };
  site = await FlowSite.make({ flow: "S3", content: randomBytes(2_000_000), account });
  await site.protect();
  await site.engine.recoveryHome.exportKeys(kit(), { overwrite: false });
  await replicate(300_000);
  content = fs.readFileSync(site.image());
  // Servers tell the time of a version by whole seconds.
  await scheduler.wait(1500);
  instant = new Date().toISOString();
  await scheduler.wait(1500);
  await replicate(900_000);
});

afterEach(() => site.remove());

const run = (home: string, command: string, ...words: string[]): Promise<Ended> =>
  runProgram(
    path.join(site.folder, home),
    ...[command, ...words, "--endpoint", settings.endpoint!, "--credentials-env", "AS_OF_KEY_OF_TESTS"],
    ...["--key-file", kit()],
  );

it("brings back all of it as it was, beside what the attacker left, and nothing of the past is touched", async () => {
  const item = site.item();
  await attack();
  expect((await keysNow()).filter((key) => key.startsWith("replicas/"))).toHaveLength(1);
  const before = await versionsNow();
  expect((await run("none", "adopt", url(), "--list")).code).not.toBe(0);

  const listed = await run("none", "adopt", url(), "--as-of", instant, "--list");
  expect(listed, listed.stderr).toMatchObject({ code: 0 });
  expect(listed.stdout).toMatch(/web1 .*Protected/);
  const image = path.join(site.folder, "exported.img");
  const exported = await run("none", "export", "web1", "--from", url(), "--as-of", instant, "--to", image);
  expect(exported, exported.stderr).toMatchObject({ code: 0 });
  expect(fs.readFileSync(image).equals(content)).toBe(true);
  expect(await versionsNow()).toBe(before);

  const copyUrl = `${url()}-as-of-${instant.toLowerCase().replace(/[-:]/g, "")}`;
  for (let time = 0; time < 2; time += 1) {
    const adopted = await run("rebuilt", "adopt", url(), "--as-of", instant);
    expect(adopted, adopted.stderr).toMatchObject({ code: 0 });
    expect(adopted.stdout).toContain(`was copied to ${copyUrl}, which the home uses now`);
  }
  expect(await versionsNow()).toBe(before);
  const engine = await openEngine({ home: path.join(site.folder, "rebuilt") });
  site.engine.close();
  site.useEngine(engine);
  expect(engine.findItem(item.id)).toMatchObject({ id: item.id, state: "Protected" });
  const again = path.join(site.folder, "again.img");
  await engine.points.export({ itemId: item.id, recoveryPoint: "latest", toPath: again }, quiet);
  expect(fs.readFileSync(again).equals(content)).toBe(true);
  // What changed since is sent again, to the copy. It is compared, which in office hours only a person begins.
  await engine.replicate(item.id, quiet, "resync");
  await engine.points.export(
    { itemId: item.id, recoveryPoint: "latest", toPath: again, overwrite: true },
    quiet,
  );
  expect(fs.readFileSync(again).equals(fs.readFileSync(site.image()))).toBe(true);
  expect(await versionsNow()).toBe(before);
});

it("sees what was there at the instant, and refuses to change it", async () => {
  const past = new PastS3Objects({ ...settings, prefix: "replicas" }, Date.parse(instant), {
    environment: { KEY: process.env["AS_OF_KEY_OF_TESTS"]! },
  });
  const names = await namesOf(past, "");
  expect(names).toEqual(names.toSorted());
  expect(names.filter((name) => name.endsWith(".point"))).toHaveLength(3);
  for (const change of [() => past.put(), () => past.remove(), () => past.sweep(), () => past.lockUntil()]) {
    await expect(change()).rejects.toMatchObject({
      code: "InvalidInput",
      message: expect.stringMatching(/is a former state, which nothing changes/) as string,
    });
  }
  await past.close();
});

it("says where former states are not kept", async () => {
  const plain = await newBucket();
  const none = await run("none", "adopt", `s3://${plain.bucket}/replicas`, "--as-of", instant);
  expect(none.code).toBe(1);
  expect(none.stderr).toMatch(/keeps no versions.*Enable versioning/s);
  const folder = await run("none", "adopt", path.join(site.folder, "home"), "--as-of", instant);
  expect(folder.stderr).toMatch(/Only buckets of S3 with versions can be read as of an instant/);
  const azure = await runProgram(
    site.folder,
    "adopt",
    "azblob://drlyon/replicas",
    "--as-of",
    instant,
    "--key-file",
    kit(),
  );
  expect(azure.stderr).toMatch(/point-in-time restore/);
  const wrong = await run("none", "adopt", url(), "--as-of", "yesterday");
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/--as-of is "yesterday"/) as string });
});

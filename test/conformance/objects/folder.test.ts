import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { scheduler } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { FolderObjects } from "../../../provider/drivers/objects-folder/folder-objects.ts";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { unsyncedFileSystem } from "../../blocks/unsynced-file-system.ts";
import { describeObjects } from "./describe-objects.ts";
import { namesOf } from "./place-for-tests.ts";

function newFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-objects-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, "replicas");
}

describeObjects("objects of a folder", () => {
  const folder = newFolder();
  const again = (): FolderObjects => new FolderObjects(unsyncedFileSystem, folder);
  return Promise.resolve({ objects: again(), again, tagsOfEqualContentDiffer: true, moreThanAPage: 50 });
});

it("refuses names of files that are no objects, and lists none of them", async () => {
  const folder = newFolder();
  const objects = new FolderObjects(unsyncedFileSystem, folder);
  await objects.put("a/one", Buffer.from("x"), "ifAbsent");
  for (const name of ["a/one.new", "a/two.lock", "a/pins", "a/spool/one"]) {
    await expect(objects.put(name, Buffer.from("x"), "replace")).rejects.toMatchObject({
      code: "InvalidInput",
    });
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), "left over");
  }
  fs.writeFileSync(path.join(folder, "a", "Notes of somebody.txt"), "not ours");
  expect(await namesOf(objects, "")).toEqual(["a/one"]);
  await objects.sweep("a");
  expect(fs.readdirSync(path.join(folder, "a")).sort()).toEqual([
    "Notes of somebody.txt",
    "one",
    "pins",
    "spool",
    "two.lock",
  ]);
});

it("replaces nothing while another process compares a tag and gives the name away", async () => {
  const folder = newFolder();
  const objects = new FolderObjects(localFileSystem, folder);
  await objects.put("other", Buffer.from("x"), "replace");
  const lock = localFileSystem.open(path.join(folder, ".objects.lock"), "createOrOpen");
  expect(lock.tryLock!()).toBe("taken");
  let isPut = false;
  const put = objects.put("one", Buffer.from("y"), "replace").then(() => (isPut = true));
  await scheduler.wait(50);
  expect(isPut).toBe(false);
  expect(await objects.facts("one")).toBeUndefined();
  lock.close();
  await put;
  expect((await objects.get("one"))?.bytes.toString()).toBe("y");
});

it("makes nothing in the empty folder that a share leaves when it goes away", async () => {
  const folder = newFolder();
  const objects = new FolderObjects(unsyncedFileSystem, folder, "store.key");
  await objects.put("store.key", Buffer.from("key"), "ifAbsent");
  await objects.put("a/one", Buffer.from("x"), "ifAbsent");
  fs.rmSync(folder, { recursive: true });
  fs.mkdirSync(folder);
  for (const rule of ["ifAbsent", "replace"] as const) {
    const put = objects.put("a/two", Buffer.from("x"), rule);
    await expect(put).rejects.toMatchObject({ code: "NotFound" });
  }
  expect(fs.readdirSync(folder)).toEqual([]);
});

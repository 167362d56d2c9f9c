import { beforeEach, expect, it } from "vitest";
import { blockSizeBytes, type TrackedDisk } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { SimulatedFileSystem } from "../blocks/simulated-file-system.ts";

let files: SimulatedFileSystem;
let disk: TrackedDisk;
const imagePath = `/failed-sync-${process.pid}/disk.raw`;
const write = (value: number): Promise<void> => disk.write(Buffer.alloc(blockSizeBytes, value), 0);

beforeEach(async () => {
  files = new SimulatedFileSystem();
  files.makeFolder(`/failed-sync-${process.pid}`);
  files.open(imagePath, "createNew").truncate(8 * blockSizeBytes);
  await (await takeSnapshot([imagePath], { files })).complete();
  disk = await openTrackedDisk(imagePath, { files });
  await write(1);
  // The device drops what it was to keep, and calls later syncs a success.
  files.arm({ kind: "EIO", call: 1, only: /disk\.raw$/, actions: ["syncLater"] });
  await expect(disk.flush()).rejects.toMatchObject({ code: "IoFailed" });
  files.heal();
});

it("acknowledges no write and no flush after a failed sync until the disk is opened again", async () => {
  await expect(disk.flush()).rejects.toMatchObject({ code: "IoFailed" });
  await expect(write(2)).rejects.toMatchObject({ code: "IoFailed" });
  await disk.close();
  disk = await openTrackedDisk(imagePath, { files });
  await write(3);
  await disk.flush();
  await disk.close();
});

it("sends the whole disk again after a failed sync", async () => {
  await disk.close();
  const snapshot = await takeSnapshot([imagePath], { files });
  expect(snapshot.disks[0]!.resyncReasons).toContain("SyncFailed");
  await snapshot.abandon();
});

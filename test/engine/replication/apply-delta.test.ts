import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { blockSizeBytes } from "../../../provider/disks/disk.ts";
import { applyDelta } from "../../../provider/engine/replication/apply-delta.ts";
import { noise, ProtectedDisk } from "./protected-disk.ts";

let disk: ProtectedDisk;
let toPath: string;

beforeEach(async () => {
  disk = await ProtectedDisk.make(4 * 1_048_576 + 500);
  toPath = path.join(disk.folder, "primary.img");
  for (let block = 0; block < 60; block += 5) disk.fill(block, 1);
  await disk.initial();
  fs.copyFileSync(disk.imagePath, toPath);
});

afterEach(() => disk.remove());

function matches(): boolean {
  return fs.readFileSync(toPath).equals(disk.image());
}

it("[H2F-4] makes an existing image equal a recovery point by writing only what differs", async () => {
  disk.fill(3, 2);
  disk.fill(64, 2, "random", 500);
  disk.write(10 * blockSizeBytes, Buffer.alloc(blockSizeBytes));
  const { pointId } = await disk.delta();
  const counts = await applyDelta({ store: disk.store, pointId, diskId: disk.diskId, toPath });
  expect(counts).toEqual({ blocksWritten: 3, blocksEqual: 62, bytesWritten: 2 * blockSizeBytes + 500 });
  expect(matches()).toBe(true);
});

it("looks only at the blocks that it is given", async () => {
  disk.fill(3, 2);
  disk.fill(20, 2);
  const { pointId } = await disk.delta();
  const counts = await applyDelta({
    store: disk.store,
    pointId,
    diskId: disk.diskId,
    toPath,
    blocks: [3, 4, 20],
  });
  expect(counts).toMatchObject({ blocksWritten: 2, blocksEqual: 1 });
  expect(matches()).toBe(true);
});

it("mends an image of another size and other content altogether", async () => {
  const { pointId } = await disk.delta();
  fs.writeFileSync(toPath, noise(5, 6 * 1_048_576));
  await applyDelta({ store: disk.store, pointId, diskId: disk.diskId, toPath });
  expect(matches()).toBe(true);
});

it("says so when the image is not there", async () => {
  const { pointId } = await disk.delta();
  const missing = { store: disk.store, pointId, diskId: disk.diskId, toPath: `${toPath}.gone` };
  await expect(applyDelta(missing)).rejects.toMatchObject({ code: "NotFound" });
});

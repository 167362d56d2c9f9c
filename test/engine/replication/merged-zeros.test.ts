import { expect, it, onTestFinished } from "vitest";
import { ProtectedDisk } from "./protected-disk.ts";

it("zeros that hid data of an older layer still hide it after the layers were merged", async () => {
  const disk = await ProtectedDisk.make(5 * 1_048_576);
  onTestFinished(() => disk.remove());
  for (let block = 0; block < 60; block += 1) disk.fill(block, 1);
  await disk.initial();
  disk.write(3 * 65_536, Buffer.alloc(65_536));
  await disk.delta();
  let newest = "";
  // One layer a delta: more of them than a disk may have are merged, the first copy is too large for that.
  for (let round = 0; round < 18; round += 1) {
    disk.fill(70, 10 + round);
    newest = (await disk.delta()).pointId;
  }
  const point = await disk.store.findPoint(newest);
  expect(point.disks[0]!.layers.some(({ kind }, at) => kind === "map" && at > 0)).toBe(true);
  expect((await disk.restored(newest)).equals(disk.image())).toBe(true);
});

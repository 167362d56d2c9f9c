/** While a move overwrites an image, no writer gets the disk; while a writer has it, no move does. */
import { expect, it } from "vitest";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { whileNobodyWrites } from "../../provider/disks/while-nobody-writes.ts";
import { startChild } from "./child-process.ts";
import { replicatedImage } from "./disk-image.ts";

const sizeBytes = 4 * blockSizeBytes;

it("keeps writers of this process out, and lets them in afterwards, also after a failure", async () => {
  const image = await replicatedImage(sizeBytes);
  await whileNobodyWrites(image, async () => {
    await expect(openTrackedDisk(image)).rejects.toMatchObject({ code: "Busy" });
    // It can still be copied.
    await (await takeSnapshot([image])).abandon();
    await expect(whileNobodyWrites(image, () => Promise.resolve())).rejects.toMatchObject({ code: "Busy" });
  });
  await expect(whileNobodyWrites(image, () => Promise.reject(new Error("full")))).rejects.toThrow("full");
  await (await openTrackedDisk(image)).close();
});

it("does not begin while this process or another one has the disk open for writing", async () => {
  const image = await replicatedImage(sizeBytes);
  let ran = false;
  const run = (): Promise<void> =>
    whileNobodyWrites(image, () => {
      ran = true;
      return Promise.resolve();
    });
  const disk = await openTrackedDisk(image);
  await expect(run()).rejects.toMatchObject({ code: "Busy" });
  await disk.close();
  const child = startChild("idle-writer.ts", image);
  await child.says("written");
  await expect(run()).rejects.toMatchObject({ code: "Busy" });
  expect(ran).toBe(false);
  child.process.kill("SIGKILL");
  await child.gone;
  await run();
  expect(ran).toBe(true);
});

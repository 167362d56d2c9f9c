import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { readChangeState } from "../../provider/disks/read-change-state.ts";
import { resetTracking } from "../../provider/disks/reset-tracking.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { companionsOf, contentOf, emptyImage, replicatedImage } from "./disk-image.ts";

const sizeBytes = 40 * blockSizeBytes;

async function pendingBlocks(imagePath: string, options = {}): Promise<number[]> {
  const snapshot = await takeSnapshot([imagePath], options);
  const blocks = [...snapshot.disks[0]!.changedBlocks()];
  await snapshot.abandon();
  return blocks;
}

describe("openTrackedDisk", () => {
  it("[V2A-3][H2A-3] notes each written block in the disk's own .hrl log, beside the image", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.alloc(10, 1), 3 * blockSizeBytes - 5);
    await disk.write(Buffer.alloc(blockSizeBytes, 2), 7 * blockSizeBytes);
    expect(fs.existsSync(`${imagePath}.hrl`)).toBe(true);
    expect(readChangeState(imagePath)).toMatchObject({
      tracked: true,
      pendingBlocks: 3,
      resyncRequired: false,
    });
    await disk.close();
    expect(await pendingBlocks(imagePath)).toEqual([2, 3, 7]);
    expect(fs.readFileSync(imagePath)[3 * blockSizeBytes + 4]).toBe(1);
  });

  it("writes no second record for a block that is in the log already", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.alloc(4096, 1), 0);
    const { logBytes } = readChangeState(imagePath);
    for (let at = 0; at < blockSizeBytes; at += 4096) await disk.write(Buffer.alloc(4096, 2), at);
    expect(readChangeState(imagePath).logBytes).toBe(logBytes);
    await disk.write(Buffer.alloc(1), blockSizeBytes);
    expect(readChangeState(imagePath).logBytes).toBeGreaterThan(logBytes);
    await disk.close();
  });

  it("reads back what was written, across opens", async () => {
    const imagePath = emptyImage(sizeBytes + 100);
    const first = await openTrackedDisk(imagePath);
    await first.write(Buffer.from("at the very end"), sizeBytes + 85);
    await first.flush();
    await first.close();
    const second = await openTrackedDisk(imagePath);
    expect(contentOf(second).toString("latin1", sizeBytes + 85)).toBe("at the very end");
    await second.close();
  });

  it("lets several parts of a process share a disk", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const [one, two] = await Promise.all([openTrackedDisk(imagePath), openTrackedDisk(imagePath)]);
    await one.write(Buffer.of(1), 0);
    await one.close();
    await two.write(Buffer.of(2), blockSizeBytes);
    await two.close();
    expect(await pendingBlocks(imagePath)).toEqual([0, 1]);
  });

  it("knows a disk by its real path: a symbolic link is the same disk", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const link = path.join(path.dirname(imagePath), "link.raw");
    fs.symlinkSync(imagePath, link);
    const disk = await openTrackedDisk(link);
    await disk.write(Buffer.of(1), 0);
    expect(await pendingBlocks(imagePath)).toEqual([0]);
    await disk.close();
    expect(fs.existsSync(`${link}.hrl`)).toBe(false);
  });

  it("refuses ranges outside of the disk, a missing image and the use after close", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const disk = await openTrackedDisk(imagePath);
    await expect(disk.write(Buffer.alloc(2), sizeBytes - 1)).rejects.toMatchObject({ code: "InvalidInput" });
    await expect(disk.write(Buffer.alloc(2), -1)).rejects.toMatchObject({ code: "InvalidInput" });
    expect(() => disk.read(Buffer.alloc(2), sizeBytes)).toThrow(/are not within/);
    expect(readChangeState(imagePath).pendingBlocks).toBe(0);
    await disk.close();
    await disk.close();
    await expect(disk.write(Buffer.alloc(1), 0)).rejects.toThrow(/after it was closed/);
    await expect(openTrackedDisk(`${imagePath}.gone`)).rejects.toMatchObject({ code: "NotFound" });
  });
});

describe("resync", () => {
  it("[HW-4b] marks the disk for resync when its log reaches half of the disk, and not before", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.alloc(19 * blockSizeBytes, 1), 0);
    // Writing the same blocks again does not make the log worth more.
    await disk.write(Buffer.alloc(19 * blockSizeBytes, 2), 0);
    expect(readChangeState(imagePath).resyncRequired).toBe(false);
    await disk.write(Buffer.of(1), 30 * blockSizeBytes);
    expect(readChangeState(imagePath)).toMatchObject({ pendingBlocks: 20, resyncReasons: ["HalfOfDisk"] });
    await disk.close();
    expect(readChangeState(imagePath).resyncRequired).toBe(true);

    const snapshot = await takeSnapshot([imagePath]);
    expect(snapshot.disks[0]).toMatchObject({ resyncRequired: true, resyncReasons: ["HalfOfDisk"] });
    expect(snapshot.disks[0]!.changedBlocks().count).toBe(20);
    await snapshot.complete();
    expect(readChangeState(imagePath)).toMatchObject({ pendingBlocks: 0, resyncRequired: false });
  });

  it("[HW-4b] counts what an abandoned cycle gave back with what was written meanwhile", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.alloc(12 * blockSizeBytes, 1), 0);
    const snapshot = await takeSnapshot([imagePath]);
    await disk.write(Buffer.alloc(12 * blockSizeBytes, 1), 20 * blockSizeBytes);
    expect(snapshot.disks[0]!.resyncRequired).toBe(false);
    await snapshot.abandon();
    expect(readChangeState(imagePath)).toMatchObject({ pendingBlocks: 24, resyncReasons: ["HalfOfDisk"] });
    await disk.close();
  });

  it("[HW-4b] a mark made while a cycle runs outlives the cycle's completion", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const disk = await openTrackedDisk(imagePath);
    const snapshot = await takeSnapshot([imagePath]);
    await disk.write(Buffer.alloc(20 * blockSizeBytes, 1), 0);
    await snapshot.complete();
    expect(readChangeState(imagePath)).toMatchObject({ pendingBlocks: 20, resyncReasons: ["HalfOfDisk"] });
    await disk.close();
  });

  it("asks for a resync when tracking begins, the size changes or power was lost", async () => {
    const imagePath = emptyImage(sizeBytes);
    expect(readChangeState(imagePath)).toMatchObject({ tracked: false, resyncReasons: ["NewTracking"] });
    const fresh = await takeSnapshot([imagePath]);
    expect(fresh.disks[0]!.resyncReasons).toEqual(["NewTracking"]);
    await fresh.complete();
    expect(readChangeState(imagePath)).toMatchObject({ tracked: true, resyncRequired: false });

    fs.truncateSync(imagePath, sizeBytes + blockSizeBytes);
    const bigger = await takeSnapshot([imagePath]);
    expect(bigger.disks[0]!.resyncReasons).toEqual(["SizeChanged"]);
    await bigger.complete();

    const disk = await openTrackedDisk(imagePath, { bootId: "00000000000000aa" });
    expect(readChangeState(imagePath, { bootId: "00000000000000aa" }).resyncRequired).toBe(false);
    expect(readChangeState(imagePath, { bootId: "00000000000000bb" }).resyncReasons).toEqual(["PowerLost"]);
    await disk.close();
    expect(readChangeState(imagePath, { bootId: "00000000000000bb" }).resyncRequired).toBe(false);
  });

  it("resetTracking makes the disk count as unchanged, open or not", async () => {
    const imagePath = emptyImage(sizeBytes);
    await resetTracking(imagePath);
    expect(readChangeState(imagePath)).toMatchObject({ pendingBlocks: 0, resyncRequired: false });
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.alloc(30 * blockSizeBytes), 0);
    await (await takeSnapshot([imagePath])).abandon();
    await resetTracking(imagePath);
    expect(readChangeState(imagePath)).toMatchObject({ pendingBlocks: 0, resyncRequired: false });
    await disk.write(Buffer.of(1), 0);
    await disk.close();
    expect(await pendingBlocks(imagePath)).toEqual([0]);
    expect(companionsOf(imagePath).filter((name) => name.startsWith(".snapshot"))).toEqual([]);
  });
});

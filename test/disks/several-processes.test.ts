import { describe, expect, it } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { readChangeState } from "../../provider/disks/read-change-state.ts";
import { resetTracking } from "../../provider/disks/reset-tracking.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { startChild } from "./child-process.ts";
import { companionsOf, contentOf, emptyImage, replicatedImage, temporaryFolder } from "./disk-image.ts";

const sizeBytes = 80 * blockSizeBytes;
const countOf = (bytes: Buffer): number => bytes.readUInt32LE(0);

/** The highest number in any of the blocks that a counting process writes copies to. */
function highestCopy(bytes: Buffer): number {
  return Math.max(
    ...Array.from({ length: 30 }, (_, index) => bytes.readUInt32LE((1 + index) * blockSizeBytes)),
  );
}

describe("disks between processes", () => {
  it("[HW-2a][V2A-5] one instant of all disks, while processes of their own write to them", async () => {
    const folder = temporaryFolder();
    const paths = ["a", "b", "c"].map((name) => emptyImage(sizeBytes, folder, name));
    const [first, second] = [
      startChild("counting-process.ts", paths[0]!, paths[1]!),
      startChild("counting-process.ts", paths[2]!),
    ];
    await Promise.all([first.says("open"), second.says("open")]);
    let last = 0;
    for (let round = 0; round < 10; round += 1) {
      const snapshot = await takeSnapshot(paths);
      await systemClock.sleep(5);
      const [a, b, c] = snapshot.disks.map((disk) => contentOf(disk));
      expect(countOf(a!) - countOf(b!) === 0 || countOf(a!) - countOf(b!) === 1).toBe(true);
      for (const bytes of [a!, b!, c!]) {
        expect(countOf(bytes) - highestCopy(bytes)).toBeGreaterThanOrEqual(0);
        expect(countOf(bytes) - highestCopy(bytes)).toBeLessThanOrEqual(1);
      }
      expect(countOf(a!)).toBeGreaterThan(last);
      last = countOf(a!);
      expect(contentOf(snapshot.disks[0]!).equals(a!)).toBe(true);
      if (round % 3 === 2) await snapshot.abandon();
      else await snapshot.complete();
    }
    for (const child of [first, second]) child.process.stdin!.end();
    await Promise.all([first.gone, second.gone]);
    for (const imagePath of paths) {
      expect(readChangeState(imagePath).resyncReasons.filter((reason) => reason !== "HalfOfDisk")).toEqual(
        [],
      );
    }
  });

  it("a second process that wants to write is told who has the disk", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const child = startChild("counting-process.ts", imagePath);
    await child.says("open");
    const refusal = {
      code: "Busy",
      message: expect.stringContaining(`Process ${child.process.pid!}`) as string,
    };
    await expect(openTrackedDisk(imagePath)).rejects.toMatchObject(refusal);
    child.process.stdin!.end();
    await child.gone;
    const disk = await openTrackedDisk(imagePath);
    const other = startChild("counting-process.ts", imagePath);
    other.process.stdin!.end();
    expect(await other.gone).toBe("failed Busy\n");
    await disk.close();
  });

  it("the owner is killed during a snapshot: the next owner goes on with it", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const child = startChild("counting-process.ts", imagePath);
    await child.says("open");
    const snapshot = await takeSnapshot([imagePath]);
    const before = contentOf(snapshot.disks[0]!);
    await systemClock.sleep(10);
    child.process.kill("SIGKILL");
    await child.gone;
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.alloc(sizeBytes, 7), 0);
    expect(contentOf(snapshot.disks[0]!).equals(before)).toBe(true);
    await snapshot.complete();
    expect(companionsOf(imagePath)).toEqual([".hrl"]);
    expect(readChangeState(imagePath).pendingBlocks).toBe(80);
    await disk.close();
  });

  it("the owner closes or is killed and the snapshot ends without any", async () => {
    for (const outcome of ["complete", "abandon"] as const) {
      const imagePath = await replicatedImage(sizeBytes);
      const child = startChild("counting-process.ts", imagePath);
      await child.says("open");
      await systemClock.sleep(10);
      const snapshot = await takeSnapshot([imagePath]);
      const sent = [...snapshot.disks[0]!.changedBlocks()];
      if (outcome === "complete") child.process.stdin!.end();
      else child.process.kill("SIGKILL");
      await child.gone;
      await snapshot[outcome]();
      const next = await takeSnapshot([imagePath]);
      const pending = new Set(next.disks[0]!.changedBlocks());
      expect(sent.length).toBeGreaterThan(0);
      if (outcome === "abandon") expect(sent.filter((block) => !pending.has(block))).toEqual([]);
      await next.complete();
      expect(companionsOf(imagePath)).toEqual([".hrl"]);
    }
  });

  it("the engine is killed during a snapshot: the owner gives it up, changes stay pending", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.of(1), 3 * blockSizeBytes);
    const engine = startChild("snapshot-process.ts", imagePath);
    await engine.says("taken 1");
    expect(companionsOf(imagePath)).toContain(".snapshot");
    await expect(takeSnapshot([imagePath])).rejects.toMatchObject({ code: "Busy" });
    engine.process.kill("SIGKILL");
    await engine.gone;
    while (companionsOf(imagePath).includes(".snapshot")) await systemClock.sleep(1);
    await disk.write(Buffer.of(1), 5 * blockSizeBytes);
    const snapshot = await takeSnapshot([imagePath]);
    expect([...snapshot.disks[0]!.changedBlocks()]).toEqual([3, 5]);
    await snapshot.complete();
    await disk.close();
  });

  it("the engine is killed and nobody had the disk open: the next owner clears it away", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const before = await openTrackedDisk(imagePath);
    await before.write(Buffer.of(1), 0);
    await before.close();
    const engine = startChild("snapshot-process.ts", imagePath);
    await engine.says("taken 1");
    engine.process.kill("SIGKILL");
    await engine.gone;
    const disk = await openTrackedDisk(imagePath);
    expect(companionsOf(imagePath)).not.toContain(".snapshot");
    await disk.close();
    const snapshot = await takeSnapshot([imagePath]);
    expect([...snapshot.disks[0]!.changedBlocks()]).toEqual([0]);
    await snapshot.complete();
  });

  it("resetTracking reaches the owner in another process", async () => {
    const imagePath = emptyImage(sizeBytes);
    const child = startChild("counting-process.ts", imagePath);
    await child.says("open");
    expect(readChangeState(imagePath).resyncReasons).toContain("NewTracking");
    await resetTracking(imagePath);
    expect(readChangeState(imagePath).resyncReasons).not.toContain("NewTracking");
    child.process.stdin!.end();
    await child.gone;
  });
});

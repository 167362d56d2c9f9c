import fs from "node:fs";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { VirtualClock } from "../../provider/clock.ts";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import { openSnapshotReader } from "../../provider/disks/snapshot-reader.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { readChangeState } from "../../provider/disks/read-change-state.ts";
import { takeGroupSnapshot, takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { SeededRandom } from "../../provider/random.ts";
import { SimulatedFileSystem } from "../blocks/simulated-file-system.ts";
import { companionsOf, contentOf, emptyImage, replicatedImage, temporaryFolder } from "./disk-image.ts";

const sizeBytes = 40 * blockSizeBytes - 1000;

describe("takeSnapshot", () => {
  it("[HW-2a] keeps the bytes of its instant, whatever is written since", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const random = new SeededRandom(7);
    const disk = await openTrackedDisk(imagePath);
    await disk.write(random.bytes(10 * blockSizeBytes), 5 * blockSizeBytes + 17);
    const before = contentOf(disk);
    const snapshot = await takeSnapshot([imagePath], { clock: new VirtualClock(1234) });
    expect(snapshot.takenAt).toBe(1234);
    for (let count = 0; count < 60; count += 1) {
      const length = 1 + random.integer(3 * blockSizeBytes);
      await disk.write(random.bytes(length), random.integer(sizeBytes - length));
    }
    expect(contentOf(snapshot.disks[0]!).equals(before)).toBe(true);
    expect(contentOf(disk).equals(before)).toBe(false);
    const odd = Buffer.alloc(100_001);
    snapshot.disks[0]!.read(odd, 333_333);
    expect(odd.equals(before.subarray(333_333, 433_334))).toBe(true);
    await snapshot.complete();
    await disk.close();
  });

  it("[HW-2b][HW-2c] logs what changes during the copy, then deletes the snapshot", async () => {
    const imagePath = emptyImage(sizeBytes);
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.of(1), 0);
    const snapshot = await takeSnapshot([imagePath]);
    await disk.write(Buffer.of(2), 9 * blockSizeBytes);
    expect([...snapshot.disks[0]!.changedBlocks()]).toEqual([0]);
    expect(companionsOf(imagePath)).toEqual([".hrl", ".hrl.1", ".snapshot"]);
    await snapshot.complete();
    await snapshot.complete();
    expect(companionsOf(imagePath)).toEqual([".hrl"]);
    const next = await takeSnapshot([imagePath]);
    expect([...next.disks[0]!.changedBlocks()]).toEqual([9]);
    await next.abandon();
    await disk.close();
  });

  it("an abandoned snapshot leaves its changes to the next one", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.of(1), 0);
    await (await takeSnapshot([imagePath])).abandon();
    await disk.write(Buffer.of(1), blockSizeBytes);
    await (await takeSnapshot([imagePath])).abandon();
    await disk.write(Buffer.of(1), 0);
    const last = await takeSnapshot([imagePath]);
    expect([...last.disks[0]!.changedBlocks().ranges()]).toEqual([{ firstBlock: 0, blockCount: 2 }]);
    await last.complete();
    await disk.close();
    expect(readChangeState(imagePath).pendingBlocks).toBe(0);
  });

  it("is good for a disk that nobody has open, or that is opened meanwhile", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const snapshot = await takeSnapshot([imagePath]);
    for (const value of [1, 2]) {
      const disk = await openTrackedDisk(imagePath);
      await disk.write(Buffer.alloc(20_000, value), value * blockSizeBytes - 10_000);
      expect(contentOf(snapshot.disks[0]!).every((byte) => byte === 0)).toBe(true);
      await disk.close();
    }
    await snapshot.complete();
    expect(readChangeState(imagePath).pendingBlocks).toBe(3);
    expect(fs.readFileSync(imagePath).includes(2)).toBe(true);
  });

  it("allows one snapshot of a disk at a time, and names a disk once", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const other = await replicatedImage(sizeBytes);
    const snapshot = await takeSnapshot([imagePath]);
    await expect(takeSnapshot([other, imagePath])).rejects.toMatchObject({ code: "Busy" });
    await expect(takeSnapshot([other, other])).rejects.toMatchObject({ code: "InvalidInput" });
    await expect(takeSnapshot([other, `${other}.gone`])).rejects.toMatchObject({ code: "NotFound" });
    // The failed ones left nothing behind on the disk that could have begun.
    expect(companionsOf(other).filter((name) => name === ".snapshot")).toEqual([]);
    await (await takeSnapshot([other])).complete();
    await snapshot.complete();
  });

  it("two that overlap in their disks wait for each other, and don't lock up", async () => {
    const folder = temporaryFolder();
    const [a, b] = ["a", "b"].map((name) => emptyImage(sizeBytes, folder, name));
    const open = await openTrackedDisk(a!);
    const results = await Promise.allSettled([takeSnapshot([a!, b!]), takeSnapshot([b!, a!])]);
    const taken = results.filter((result) => result.status === "fulfilled");
    expect(taken).toHaveLength(1);
    await taken[0]!.value.complete();
    await open.write(Buffer.of(1), 0);
    await open.close();
  });

  it("[V2A-5] a group's disks have one instant; each machine ends for itself", async () => {
    const folder = temporaryFolder();
    const paths = ["a", "b", "c"].map((name) => emptyImage(sizeBytes, folder, name));
    const disks = await Promise.all(paths.map((imagePath) => openTrackedDisk(imagePath)));
    let stop = false;
    const writer = (async () => {
      for (let count = 1; !stop; count += 1) {
        const data = Buffer.alloc(4);
        data.writeUInt32LE(count);
        for (const disk of disks) await disk.write(data, 0);
        if (count % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let round = 0; round < 20; round += 1) {
      const [first, second] = await takeGroupSnapshot([paths.slice(0, 2), paths.slice(2)]);
      expect(first!.takenAt).toBe(second!.takenAt);
      const counts = [...first!.disks, ...second!.disks].map((disk) => contentOf(disk).readUInt32LE(0));
      expect(counts[0]! - counts[2]!).toBeGreaterThanOrEqual(0);
      expect(counts[0]! - counts[2]!).toBeLessThanOrEqual(1);
      expect(counts.toSorted((left, right) => right - left)).toEqual(counts);
      await Promise.all([first!.complete(), second!.abandon()]);
    }
    stop = true;
    await writer;
    await Promise.all(disks.map((disk) => disk.close()));
  });

  it("can be read by a worker thread from its plain description, and not after its end", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const disk = await openTrackedDisk(imagePath);
    const snapshot = await takeSnapshot([imagePath]);
    await disk.write(Buffer.alloc(100_000, 9), 0);
    const { reader } = snapshot.disks[0]!;
    const code = `
      const { parentPort, workerData } = require("node:worker_threads");
      import(workerData.module).then(({ openSnapshotReader }) => {
        const buffer = new Uint8Array(200_000);
        openSnapshotReader(workerData.reader).read(buffer, 0);
        parentPort.postMessage(buffer.every((byte) => byte === 0));
      });`;
    const module = new URL("../../provider/disks/snapshot-reader.ts", import.meta.url).href;
    const worker = new Worker(code, { eval: true, workerData: { module, reader } });
    expect(await new Promise((resolve) => worker.once("message", resolve))).toBe(true);
    await worker.terminate();
    const early = openSnapshotReader(reader);
    await snapshot.complete();
    await disk.write(Buffer.alloc(100_000, 8), 0);
    expect(() => early.read(Buffer.alloc(10), 0)).toThrow(/has ended/);
    expect(() => openSnapshotReader(reader)).toThrow(/has ended/);
    early.close();
    await disk.close();
  });

  it("[HW-2c] without space for old blocks the snapshot is lost, the write is not", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const files = new SimulatedFileSystem(localFileSystem);
    const disk = await openTrackedDisk(imagePath, { files });
    await disk.write(Buffer.alloc(blockSizeBytes, 1), 0);
    const snapshot = await takeSnapshot([imagePath], { files });
    const source = snapshot.disks[0]!;
    source.read(Buffer.alloc(10), 0);
    // The second write to the snapshot's file would be the state "lost", which needs no new space.
    files.arm({ kind: "SHORT", call: 1, only: /\.snapshot$/ });
    await disk.write(Buffer.alloc(blockSizeBytes, 2), 0);
    expect(files.hits).toBe(1);
    files.heal();
    expect(() => source.read(Buffer.alloc(10), 0)).toThrow(/snapshot is lost/);
    await disk.write(Buffer.alloc(10, 3), 4 * blockSizeBytes);
    await snapshot.abandon();
    expect(contentOf(disk)[100]).toBe(2);
    const next = await takeSnapshot([imagePath]);
    expect([...next.disks[0]!.changedBlocks()]).toEqual([0, 4]);
    await next.complete();
    await disk.close();
  });
});

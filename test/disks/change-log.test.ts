import fs from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { headerBytes, recordBytes } from "../../provider/disks/change-log-format.ts";
import { placeBytes } from "../../provider/disks/image-state.ts";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import type { ResyncReason } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { readChangeState } from "../../provider/disks/read-change-state.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { companionsOf, replicatedImage } from "./disk-image.ts";

const changed = [1, 5, 9];
const recordsAt = headerBytes + 2 * placeBytes;

/** Takes a snapshot as the next cycle would, and ends it. */
async function nextCycle(imagePath: string): Promise<{ blocks: number[]; reasons: readonly ResyncReason[] }> {
  const snapshot = await takeSnapshot([imagePath]);
  const { resyncReasons } = snapshot.disks[0]!;
  const blocks = [...snapshot.disks[0]!.changedBlocks()];
  await snapshot.complete();
  return { blocks, reasons: resyncReasons };
}

describe("a change log", () => {
  let imagePath: string;
  /** The log as it was while the writer had the disk open: its last record is the change of block 9. */
  let log: Buffer;

  const begin = async (): Promise<void> => {
    imagePath = await replicatedImage(40 * blockSizeBytes);
    const disk = await openTrackedDisk(imagePath);
    for (const block of changed) await disk.write(Buffer.of(1), block * blockSizeBytes);
    log = fs.readFileSync(`${imagePath}.hrl`);
    await disk.close();
    const closed = fs.readFileSync(`${imagePath}.hrl`);
    expect(closed.subarray(recordsAt, log.length).equals(log.subarray(recordsAt))).toBe(true);
  };
  beforeEach(begin);

  it("drops a last record that is cut at any byte, and goes on with the log", async () => {
    for (let cut = 0; cut < recordBytes; cut += 1) {
      await begin();
      fs.writeFileSync(`${imagePath}.hrl`, log.subarray(0, log.length - recordBytes + cut));
      expect(readChangeState(imagePath)).toMatchObject({ pendingBlocks: 2, resyncRequired: false });
      const disk = await openTrackedDisk(imagePath);
      await disk.write(Buffer.of(1), 20 * blockSizeBytes);
      expect(readChangeState(imagePath)).toMatchObject({ pendingBlocks: 3, resyncRequired: false });
      await disk.close();
      expect(await nextCycle(imagePath)).toEqual({ blocks: [1, 5, 20], reasons: [] });
    }
  });

  it("cut at any byte of its header asks for a resync", async () => {
    for (let length = 0; length < 64; length += 1) {
      fs.writeFileSync(`${imagePath}.hrl`, log.subarray(0, length));
      expect(readChangeState(imagePath).resyncReasons).toEqual(["LogDamaged"]);
      expect((await nextCycle(imagePath)).reasons).toEqual(["LogDamaged"]);
      expect(readChangeState(imagePath)).toMatchObject({ pendingBlocks: 0, resyncRequired: false });
    }
  });

  it("with one flipped bit, anywhere, asks for a resync", async () => {
    for (let at = 0; at < log.length; at += 1) {
      const damaged = Buffer.from(log);
      damaged[at] = damaged[at]! ^ (1 << (at & 7));
      fs.writeFileSync(`${imagePath}.hrl`, damaged);
      const { resyncReasons, pendingBlocks } = readChangeState(imagePath);
      const isState = at >= headerBytes && at < recordsAt;
      // Of the two states of the image one is enough; with the older one the image looks changed.
      if (!isState) expect(resyncReasons, `byte ${at}`).toContain("LogDamaged");
      else if (resyncReasons.length > 0) expect(resyncReasons, `byte ${at}`).toEqual(["ChangedUntracked"]);
      else expect(pendingBlocks).toBe(3);
    }
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.of(1), 3 * blockSizeBytes);
    await disk.close();
    const { blocks, reasons } = await nextCycle(imagePath);
    expect(reasons).toContain("LogDamaged");
    expect(blocks).toContain(3);
    // The damage went with the completed cycle.
    expect(readChangeState(imagePath).resyncRequired).toBe(false);
    expect(companionsOf(imagePath)).toEqual([".hrl"]);
  });

  it("does not take a record of another place for its own", () => {
    const swapped = Buffer.from(log);
    const [one, two] = [log.length - 2 * recordBytes, log.length - recordBytes];
    log.copy(swapped, one, two, two + recordBytes);
    log.copy(swapped, two, one, one + recordBytes);
    fs.writeFileSync(`${imagePath}.hrl`, swapped);
    expect(readChangeState(imagePath).resyncReasons).toEqual(["LogDamaged"]);
  });

  it("that vanished asks for a resync, as does damage in a sealed one", async () => {
    fs.rmSync(`${imagePath}.hrl`);
    expect((await nextCycle(imagePath)).reasons).toEqual(["NewTracking"]);
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.of(1), 0);
    await (await takeSnapshot([imagePath])).abandon();
    const sealed = companionsOf(imagePath).find((name) => /^\.hrl\.[0-9]+$/.test(name))!;
    fs.truncateSync(imagePath + sealed, 10);
    await disk.close();
    expect((await nextCycle(imagePath)).reasons).toEqual(["LogDamaged"]);
  });

  it("left between two renames of a snapshot loses nothing", async () => {
    fs.renameSync(`${imagePath}.hrl`, `${imagePath}.hrl.7`);
    expect(readChangeState(imagePath)).toMatchObject({ pendingBlocks: 3, resyncRequired: false });
    const disk = await openTrackedDisk(imagePath);
    await disk.write(Buffer.of(1), 30 * blockSizeBytes);
    await disk.close();
    expect(await nextCycle(imagePath)).toEqual({ blocks: [1, 5, 9, 30], reasons: [] });
  });
});

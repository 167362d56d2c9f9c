import fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import type { MachineSnapshot, TrackedDisk } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import {
  blockMarks,
  checksumPosition,
  dataPosition,
  mapPosition,
  snapshotPathOf,
} from "../../provider/disks/snapshot-file.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { contentOf, replicatedImage } from "./disk-image.ts";

const sizeBytes = 12 * blockSizeBytes - 99;
let disk: TrackedDisk;
let snapshot: MachineSnapshot;
let before: Buffer;
let filePath: string;

beforeEach(async () => {
  const imagePath = await replicatedImage(sizeBytes);
  filePath = snapshotPathOf(imagePath);
  disk = await openTrackedDisk(imagePath);
  for (const block of [1, 2, 11]) await disk.write(Buffer.alloc(20_000, block), block * blockSizeBytes + 7);
  snapshot = await takeSnapshot([imagePath]);
  before = contentOf(disk);
  // Overwritten under the snapshot: two with old content, the short last one, and one that was zeros.
  for (const block of [1, 2, 5, 11]) await disk.write(Buffer.alloc(3000, 99), block * blockSizeBytes + 100);
});

afterEach(() => disk.close());

function flip(position: number, bit: number): void {
  const file = fs.openSync(filePath, "r+");
  const byte = Buffer.alloc(1);
  fs.readSync(file, byte, 0, 1, position);
  byte[0]! ^= 1 << bit;
  fs.writeSync(file, byte, 0, 1, position);
  fs.closeSync(file);
}

/** The snapshot's bytes, or what reading them threw. */
function readOut(): unknown {
  try {
    return contentOf(snapshot.disks[0]!).equals(before);
  } catch (error) {
    return error;
  }
}

const damaged = (): unknown => expect.objectContaining({ code: "Damaged", target: filePath });

describe("[C-9] a flipped bit in a snapshot file", () => {
  it("is found in every mark of its map", async () => {
    for (let block = 0; block < 12; block += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        flip(mapPosition + block, bit);
        expect(readOut(), `bit ${bit} of block ${block}`).toEqual(damaged());
        flip(mapPosition + block, bit);
      }
    }
    expect(readOut()).toBe(true);
    expect(Object.values(blockMarks)).toHaveLength(3);
    await snapshot.complete();
  });

  it("is found in the kept blocks and their checksums, also by whoever reads a part of one", async () => {
    for (const block of [1, 2, 11]) {
      for (const position of [
        dataPosition(sizeBytes) + block * blockSizeBytes,
        dataPosition(sizeBytes) + block * blockSizeBytes + 20_000,
        checksumPosition(sizeBytes) + block * 4,
        checksumPosition(sizeBytes) + block * 4 + 3,
      ]) {
        flip(position, block % 8);
        expect(readOut(), `byte ${position}`).toEqual(damaged());
        const part = Buffer.alloc(10);
        expect(() => snapshot.disks[0]!.read(part, block * blockSizeBytes + 30_000)).toThrow(/is damaged/);
        flip(position, block % 8);
      }
    }
    expect(readOut()).toBe(true);
    const part = Buffer.alloc(200_000);
    snapshot.disks[0]!.read(part, 40_000);
    expect(part.equals(before.subarray(40_000, 240_000))).toBe(true);
    await snapshot.complete();
  });

  it("in its header ends the snapshot, and the next one has every change", async () => {
    // The state, byte 8, comes last: a reader that is open has seen the rest.
    for (const position of [0, 7, 12, 16, 20, 60, 100, 8]) {
      flip(position, 1);
      expect(readOut(), `byte ${position}`).toMatchObject({
        code: expect.stringMatching(/Busy|DiskFull/) as string,
      });
      flip(position, 1);
    }
    flip(3, 3);
    await snapshot.abandon();
    const next = await takeSnapshot([disk.path]);
    expect([...next.disks[0]!.changedBlocks()]).toEqual([1, 2, 5, 11]);
    expect(next.disks[0]!.resyncReasons).toEqual([]);
    await next.complete();
  });
});

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import type { BlockRange } from "../../../provider/disks/block-set.ts";
import { dataRangesOf } from "../../../provider/disks/data-ranges.ts";
import { blockCountOf, blockSizeBytes, type MachineSnapshot } from "../../../provider/disks/disk.ts";
import { takeSnapshot } from "../../../provider/disks/take-snapshot.ts";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { applyDelta } from "../../../provider/engine/replication/apply-delta.ts";
import { attachPoint } from "../../../provider/engine/replication/attach-point.ts";
import { restoreDisk } from "../../../provider/engine/replication/restore-disk.ts";
import { resync } from "../../../provider/engine/replication/resync.ts";
import { batches, wantedRanges } from "../../../provider/engine/replication/wanted-blocks.ts";
import { VirtualClock } from "../../../provider/clock.ts";
import { ProtectedDisk } from "./protected-disk.ts";

const tebibyte = 2 ** 40;
const gibibyte = 2 ** 30;

let disk: ProtectedDisk;
beforeEach(async () => {
  disk = await ProtectedDisk.make(blockSizeBytes);
});
afterEach(() => disk.remove());

/** Replaces the image by a sparse one with some bytes at each of these places. */
function sparse(sizeBytes: number, places: readonly number[]): void {
  fs.rmSync(disk.imagePath);
  const image = fs.openSync(disk.imagePath, "w+");
  fs.ftruncateSync(image, sizeBytes);
  for (const place of places) fs.writeSync(image, Buffer.from(`data at ${place}`), 0, undefined, place);
  fs.closeSync(image);
}

function bytesAt(file: string, place: number, count = 64): Buffer {
  const bytes = Buffer.alloc(count);
  const image = fs.openSync(file, "r");
  fs.readSync(image, bytes, 0, count, place);
  fs.closeSync(image);
  return bytes;
}

function rangesOf(file: string): BlockRange[] {
  const image = localFileSystem.open(file, "read");
  try {
    return [...dataRangesOf(image, image.size().sizeBytes)];
  } finally {
    image.close();
  }
}

const snapshotOf = (): Promise<MachineSnapshot> => takeSnapshot([disk.imagePath]);
const options = (snapshot: MachineSnapshot): Parameters<typeof resync>[0] => ({
  store: disk.store,
  source: { machineId: disk.machineId, disks: [{ diskId: "os", path: disk.imagePath }] },
  snapshot,
  clock: new VirtualClock(),
});

describe("a sparse disk", () => {
  const places = [0, 5 * gibibyte + 123, tebibyte, 3 * tebibyte - 4096];

  it("of 3 TiB is copied, resynchronised and restored by its data alone", async () => {
    sparse(3 * tebibyte, places);
    const first = await resync(options(await snapshotOf()));
    expect(first.blocksSent).toBe(places.length);
    expect(first.bytesRead).toBeLessThan(16 * blockSizeBytes);

    const toPath = path.join(disk.folder, "restored.img");
    const restore = { store: disk.store, pointId: first.pointId, diskId: "os", toPath };
    expect((await restoreDisk(restore)).blocksWritten).toBe(places.length);
    expect(fs.statSync(toPath)).toMatchObject({ size: 3 * tebibyte });
    expect(fs.statSync(toPath).blocks * 512).toBeLessThan(32 * blockSizeBytes);
    for (const place of places) expect(bytesAt(toPath, place)).toEqual(bytesAt(disk.imagePath, place));

    // What was data is a hole now, and what was a hole has data.
    sparse(3 * tebibyte, [0, 2 * tebibyte]);
    const second = await resync(options(await snapshotOf()));
    expect(second.blocksSent).toBe(1);
    expect(second.bytesRead).toBeLessThan(128 * blockSizeBytes);
    await applyDelta({ store: disk.store, pointId: second.pointId, diskId: "os", toPath });
    for (const place of [...places, 2 * tebibyte]) {
      expect(bytesAt(toPath, place), String(place)).toEqual(bytesAt(disk.imagePath, place));
    }
    const { bytesFreed } = await disk.store.retain(disk.machineId, () => [second.pointId]);
    expect(bytesFreed).toBeGreaterThanOrEqual(0);
    expect((await disk.store.verify(() => undefined)).findingCount).toBe(0);
  });

  it("is copied as of the instant of its snapshot, whatever is written to holes and data meanwhile", async () => {
    sparse(64 * gibibyte, [0, 7 * gibibyte, 40 * gibibyte]);
    const tracked = await openTrackedDisk(disk.imagePath);
    const before = [0, 7 * gibibyte, 40 * gibibyte, 20 * gibibyte].map((place) =>
      bytesAt(disk.imagePath, place),
    );
    const snapshot = await snapshotOf();
    await tracked.write(Buffer.alloc(100, 7), 7 * gibibyte);
    await tracked.write(Buffer.alloc(100, 9), 20 * gibibyte);
    await tracked.write(Buffer.alloc(blockSizeBytes), 40 * gibibyte);
    const { pointId } = await resync(options(snapshot));
    await tracked.close();
    const toPath = path.join(disk.folder, "restored.img");
    await restoreDisk({ store: disk.store, pointId, diskId: "os", toPath });
    const after = [0, 7 * gibibyte, 40 * gibibyte, 20 * gibibyte].map((place) => bytesAt(toPath, place));
    expect(after).toEqual(before);
  });

  it("names its data to the block, and all of it", () => {
    sparse(tebibyte, [0, blockSizeBytes * 10 - 1, tebibyte - 64]);
    const blocks = rangesOf(disk.imagePath).flatMap(({ firstBlock, blockCount }) =>
      Array.from({ length: blockCount }, (_, index) => firstBlock + index),
    );
    expect(blocks).toEqual(expect.arrayContaining([0, 9, 10, blockCountOf(tebibyte) - 1]));
    expect(blocks.length).toBeLessThan(40);
    sparse(tebibyte, []);
    expect(rangesOf(disk.imagePath)).toEqual([]);
  });

  it("counts as data as a whole where the file system cannot tell", () => {
    const image = localFileSystem.open(disk.imagePath, "read");
    const mute = { ...image, size: () => image.size(), nextExtent: undefined };
    expect([...dataRangesOf(mute as never, 10 * blockSizeBytes)]).toEqual([
      { firstBlock: 0, blockCount: 10 },
    ]);
    image.close();
  });
});

describe("what is wanted of a disk", () => {
  it("is its data and what the replica has in its holes, once each and in order", async () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const bits = createHash("sha512").update(String(seed)).digest();
      const limit = 1 + (bits[0]! % 200);
      const isData = (block: number): boolean => (bits[1 + ((block >> 3) % 30)]! & 3) === 0;
      const isCovered = (block: number): boolean => (bits[31 + (block % 30)]! & 7) === 0;
      const data: BlockRange[] = [];
      for (let block = 0; block < limit; block += 1)
        if (isData(block)) data.push({ firstBlock: block, blockCount: 1 });
      const next = (from: number): Promise<number | undefined> => {
        for (let block = from; block < limit + 50; block += 1)
          if (isCovered(block)) return Promise.resolve(block);
        return Promise.resolve(undefined);
      };
      const wanted = wantedRanges(data, next, limit);
      const lists = await Array.fromAsync(batches(wanted, { batchBlocks: 7, spanBlocks: 31 }));
      const all = lists.flatMap((list) => [...list]);
      expect(all).toEqual([...new Set(all)].sort((left, right) => left - right));
      for (let block = 0; block < limit; block += 1) {
        if (isData(block) || isCovered(block)) expect(all, `seed ${seed}`).toContain(block);
      }
      expect(all.every((block) => block < limit)).toBe(true);
      for (const list of lists) {
        expect(list.length).toBeLessThanOrEqual(7);
        expect(list.at(-1)! - list[0]!).toBeLessThan(31);
      }
    }
  });
});

describe("a sparse disk that is attached", () => {
  it("is filled in by its data; its holes stay holes", async () => {
    sparse(tebibyte, [0, 600 * gibibyte]);
    const { pointId } = await resync(options(await snapshotOf()));
    const overlayPath = path.join(disk.folder, "overlay.img");
    const attached = await attachPoint({ store: disk.store, pointId, diskId: "os", overlayPath });
    await attached.write(Buffer.from("written"), 300 * gibibyte);
    expect(await attached.fill(1)).toBeGreaterThan(0);
    expect(await attached.fill(100)).toBe(0);
    await attached.flush();
    await attached.close();
    expect(fs.statSync(overlayPath).blocks * 512).toBeLessThan(16 * blockSizeBytes);
    for (const place of [0, 600 * gibibyte])
      expect(bytesAt(overlayPath, place)).toEqual(bytesAt(disk.imagePath, place));
    expect(bytesAt(overlayPath, 300 * gibibyte, 7).toString()).toBe("written");
  });
});

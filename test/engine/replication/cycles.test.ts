import fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blockSizeBytes } from "../../../provider/disks/disk.ts";
import type { CopyProgress } from "../../../provider/engine/replication/cycle-progress.ts";
import { restoreDisk } from "../../../provider/engine/replication/restore-disk.ts";
import { plainSnapshot } from "./plain-snapshot.ts";
import { ProtectedDisk } from "./protected-disk.ts";

const mebibyte = 1_048_576;
let disk: ProtectedDisk;

beforeEach(async () => {
  // The last block is a short one.
  disk = await ProtectedDisk.make(8 * mebibyte + 12_345);
  for (const block of [0, 1, 2, 40, 41, 90]) disk.fill(block, 1, block % 2 === 0 ? "random" : "text");
  disk.write(8 * mebibyte + 100, Buffer.from("the end of the disk"));
});

afterEach(() => disk.remove());

describe("initial copy", () => {
  it("[V2A-2] stores a full copy that restores byte for byte, holes left out", async () => {
    const result = await disk.initial();
    expect(result.blocksSent).toBe(7);
    expect(result.bytesRead).toBe(8 * mebibyte + 12_345);
    expect(result.bytesSent).toBeLessThan(5 * blockSizeBytes);
    expect((await disk.restored(result.pointId)).equals(disk.image())).toBe(true);
  });

  it("restores to a sparse file and never over one that is there", async () => {
    const { pointId } = await disk.initial();
    const restore = { store: disk.store, pointId, diskId: disk.diskId, toPath: `${disk.folder}/restored` };
    const counts = await restoreDisk(restore);
    expect(counts.blocksWritten).toBe(7);
    expect(fs.statSync(restore.toPath).blocks * 512).toBeLessThan(2 * mebibyte);
    await expect(restoreDisk(restore)).rejects.toMatchObject({ code: "AlreadyExists", property: "toPath" });
    await expect(restoreDisk({ ...restore, overwrite: true })).resolves.toBeDefined();
    expect(fs.readdirSync(disk.folder).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("[HW-2a] copies the disks of a machine one by one", async () => {
    const second = `${disk.folder}/second.img`;
    fs.writeFileSync(second, Buffer.alloc(3 * mebibyte, "second disk "));
    const order: string[] = [];
    const result = await disk.initial({
      source: {
        machineId: disk.machineId,
        disks: [
          { diskId: "a", path: disk.imagePath },
          { diskId: "b", path: second },
        ],
      },
      snapshot: plainSnapshot([{ path: disk.imagePath }, { path: second }]),
      onProgress: ({ diskId }: CopyProgress) => order.push(diskId),
    });
    expect([...new Set(order)]).toEqual(["a", "b"]);
    expect(order).toEqual([...order].sort());
    const toPath = `${disk.folder}/restored-second`;
    await restoreDisk({ store: disk.store, pointId: result.pointId, diskId: "b", toPath });
    expect(fs.readFileSync(toPath).equals(fs.readFileSync(second))).toBe(true);
  });

  it("run again after a kill between its end and the news of it sends nothing twice", async () => {
    await disk.initial();
    const again = await disk.initial();
    expect(again).toMatchObject({ blocksSent: 0, blocksReused: 7, sequence: 2 });
    expect((await disk.restored(again.pointId)).equals(disk.image())).toBe(true);
  });

  it("refuses a snapshot that lacks a disk, and abandons it", async () => {
    const snapshot = plainSnapshot([]);
    await expect(disk.initial({ snapshot })).rejects.toMatchObject({ code: "InvalidInput" });
    expect(snapshot.ended()).toBe("abandoned");
  });

  it("can be cancelled, and goes on without sending finished blocks again", async () => {
    const abort = new AbortController();
    const onProgress = ({ bytesDone }: CopyProgress): void => {
      if (bytesDone >= 4 * mebibyte) abort.abort();
    };
    await expect(disk.initial({ onProgress, signal: abort.signal })).rejects.toMatchObject({
      code: "Cancelled",
    });
    await disk.reopen();
    disk.fill(1, 2);
    const result = await disk.initial();
    // Blocks 0, 2, 40 and 41 are kept; 1 has changed since; 90 and the last one were never reached.
    expect(result).toMatchObject({ blocksReused: 4, blocksSent: 3 });
    expect((await disk.restored(result.pointId)).equals(disk.image())).toBe(true);
  });
});

function fail(): never {
  throw new Error("nothing should have been published");
}

describe("delta", () => {
  it("[HW-4a] sends the changed blocks and nothing else, and keeps earlier points as they were", async () => {
    const first = await disk.initial();
    const before = disk.image();
    disk.fill(1, 2);
    disk.write(40 * blockSizeBytes, Buffer.alloc(blockSizeBytes));
    disk.fill(100, 2);
    const second = await disk.delta();
    expect(second).toMatchObject({ blocksSent: 3, bytesRead: 3 * blockSizeBytes, sequence: 2 });
    expect((await disk.restored(second.pointId)).equals(disk.image())).toBe(true);
    expect((await disk.restored(first.pointId)).equals(before)).toBe(true);
  });

  it("makes a recovery point of no change at no cost", async () => {
    await disk.initial();
    expect(await disk.delta()).toMatchObject({ blocksSent: 0, bytesSent: 0 });
    const latest = (await disk.store.recoveryPoints(disk.machineId)).at(-1)!;
    expect((await disk.restored(latest.id)).equals(disk.image())).toBe(true);
  });

  it("completes the snapshot only when the recovery point is there", async () => {
    await disk.initial();
    disk.fill(3, 1);
    const snapshot = plainSnapshot([{ path: disk.imagePath, changed: disk.changed }]);
    await disk.delta({ snapshot });
    expect(snapshot.ended()).toBe("completed");
    expect(await disk.store.recoveryPoints(disk.machineId)).toHaveLength(2);
  });

  it("keeps every one of many points readable while their layers are merged", async () => {
    await disk.initial();
    const images: [string, Buffer][] = [];
    for (let round = 2; round < 40; round += 1) {
      disk.fill(round % 7, round, "text");
      disk.fill(round + 50, round, "text");
      images.push([(await disk.delta()).pointId, disk.image()]);
    }
    const latest = (await disk.store.recoveryPoints(disk.machineId)).at(-1)!;
    expect(latest.disks[0]!.layers.length).toBeLessThanOrEqual(16);
    for (const [pointId, image] of images) expect((await disk.restored(pointId)).equals(image)).toBe(true);
  });

  it("[HW-4b] is refused when the disk is marked for resync, and says so", async () => {
    await disk.initial();
    await expect(disk.delta({ resyncRequired: true })).rejects.toMatchObject({ code: "ResyncRequired" });
  });

  it("[HW-4b] is refused without a base, after a resize and on an older copy of the store", async () => {
    await expect(disk.delta()).rejects.toMatchObject({ code: "ResyncRequired" });
    const { pointId, sequence } = await disk.initial();
    const written = { id: pointId, sequence: sequence + 1 };
    const ledger = { entry: () => ({ written, writing: undefined }), writing: fail, written: fail };
    await expect(disk.delta({ ledger })).rejects.toMatchObject({ code: "ResyncRequired" });
    fs.truncateSync(disk.imagePath, 9 * mebibyte);
    await expect(disk.delta()).rejects.toMatchObject({ code: "ResyncRequired" });
  });
});

describe("resync", () => {
  it("[HW-4c] compares checksums and sends only what differs", async () => {
    await disk.initial();
    disk.fill(41, 9);
    disk.write(0, Buffer.alloc(blockSizeBytes));
    const result = await disk.resync();
    expect(result).toMatchObject({ blocksSent: 1, blocksReused: 5, bytesChanged: blockSizeBytes });
    expect((await disk.restored(result.pointId)).equals(disk.image())).toBe(true);
  });

  it.each([20 * mebibyte, 5 * mebibyte + 77])(
    "follows a disk that was resized to %i bytes",
    async (sizeBytes) => {
      const first = await disk.initial();
      const before = disk.image();
      fs.truncateSync(disk.imagePath, sizeBytes);
      disk.fill(70, 3);
      const result = await disk.resync();
      expect((await disk.restored(result.pointId)).equals(disk.image())).toBe(true);
      expect((await disk.restored(first.pointId)).equals(before)).toBe(true);
      disk.fill(4, 4);
      expect((await disk.restored((await disk.delta()).pointId)).equals(disk.image())).toBe(true);
    },
  );

  it("makes a lost map anew from the segments, without sending data again", async () => {
    await disk.initial();
    const map = disk.storedFiles().find((file) => file.endsWith(".map"))!;
    fs.rmSync(map);
    const result = await disk.resync();
    expect(result).toMatchObject({ blocksSent: 0, blocksReused: 7 });
    expect((await disk.restored(result.pointId)).equals(disk.image())).toBe(true);
  });

  it("replaces data that a verification has found damaged", async () => {
    const { pointId } = await disk.initial();
    const segment = disk.storedFiles().find((file) => file.endsWith(".segment"))!;
    const bytes = fs.readFileSync(segment);
    bytes[200]! ^= 1;
    fs.writeFileSync(segment, bytes);
    const damaged: string[] = [];
    await disk.store.verify((finding) => {
      expect(finding.pointIds).toEqual([pointId]);
      damaged.push(finding.objectPath);
    });
    expect(damaged).toEqual([segment]);
    const result = await disk.resync({ distrust: damaged });
    expect((await disk.restored(result.pointId)).equals(disk.image())).toBe(true);
  });
});

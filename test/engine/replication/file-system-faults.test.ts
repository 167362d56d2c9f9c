import { afterEach, beforeEach, expect, it } from "vitest";
import { type FileSystem, localFileSystem, type OpenFile } from "../../../provider/blocks/file-system.ts";
import { SiteRecoveryError } from "../../../provider/errors.ts";
import { FolderStore } from "../../../provider/targets/folder-store.ts";
import { ProtectedDisk } from "./protected-disk.ts";

let disk: ProtectedDisk;

beforeEach(() => {
  disk = new ProtectedDisk(5 * 1_048_576);
  for (let block = 0; block < 80; block += 7) disk.fill(block, 1, block % 2 === 0 ? "text" : "random", 9000);
});

afterEach(() => disk.remove());

/** A file system on which the n-th changing call fails, halfway when it is a write. */
function failingAt(n: number, code: "DiskFull" | "IoFailed"): { files: FileSystem; calls: () => number } {
  let calls = 0;
  const tick = (halfway?: () => void): void => {
    calls += 1;
    if (calls !== n) return;
    halfway?.();
    throw new SiteRecoveryError(code, `injected ${code} at call ${n}`);
  };
  const wrap = (file: OpenFile): OpenFile => ({
    path: file.path,
    read: (buffer, position) => file.read(buffer, position),
    write: (buffer, position) => {
      tick(() => file.write(buffer.subarray(0, buffer.length >> 1), position));
      file.write(buffer, position);
    },
    sync: () => {
      tick();
      file.sync();
    },
    syncLater: async () => {
      tick();
      await file.syncLater();
    },
    truncate: (sizeBytes) => {
      tick();
      file.truncate(sizeBytes);
    },
    size: () => file.size(),
    close: () => file.close(),
  });
  const files: FileSystem = {
    ...localFileSystem,
    open: (filePath, mode) => {
      if (mode !== "read") tick();
      return wrap(localFileSystem.open(filePath, mode));
    },
    makeFolder: (folder) => {
      tick();
      localFileSystem.makeFolder(folder);
    },
    rename: (from, to) => {
      tick();
      localFileSystem.rename(from, to);
    },
    syncFolder: (folder) => {
      tick();
      localFileSystem.syncFolder(folder);
    },
  };
  return { files, calls: () => calls };
}

/** Runs `work` with a fault at the first call, the second ... until it goes through without meeting one. */
async function atEveryCall(code: "DiskFull" | "IoFailed", work: () => Promise<void>): Promise<number> {
  const { ring } = disk.store.machine(disk.machineId);
  for (let n = 1; ; n += 1) {
    const { files, calls } = failingAt(n, code);
    // Deriving the key anew for each fault would be most of the test's time.
    disk.store = new FolderStore(files, disk.storeFolder, ring, 0);
    try {
      await work();
    } catch (error) {
      expect(error).toMatchObject({ code });
    }
    if (calls() < n) return n;
  }
}

it.each(["DiskFull", "IoFailed"] as const)(
  "[HW-4f] %s at every call of a cycle leaves earlier recovery points readable, and the next cycle works",
  async (code) => {
    const points = new Map([[(await disk.initial()).pointId, disk.image()]]);
    let round = 1;
    const tried = await atEveryCall(code, async () => {
      round += 1;
      disk.fill(round % 80, round, "text", 5000);
      if (round % 3 === 0) points.set((await disk.resync()).pointId, disk.image());
      else points.set((await disk.delta()).pointId, disk.image());
    });
    expect(tried).toBeGreaterThan(12);
    disk.reopen();
    // A cycle whose point was in place before the fault counts, though its caller saw an error.
    const listed = disk.store.recoveryPoints(disk.machineId).map((point) => point.id);
    for (const pointId of points.keys()) expect(listed).toContain(pointId);
    points.set((await disk.resync()).pointId, disk.image());
    for (const [pointId, image] of points) expect((await disk.restored(pointId)).equals(image)).toBe(true);
    expect((await disk.store.verify(() => undefined)).findingCount).toBe(0);
  },
);

it("a fault at every call of the initial copy leaves something that the next copy goes on with", async () => {
  await atEveryCall("DiskFull", async () => {
    if (disk.store.recoveryPoints(disk.machineId).length === 0) await disk.initial();
  });
  disk.reopen();
  const [point] = disk.store.recoveryPoints(disk.machineId);
  expect((await disk.restored(point!.id)).equals(disk.image())).toBe(true);
});

it("a fault at every call of retention and compaction costs no recovery point that stays", async () => {
  await disk.initial();
  let image = disk.image();
  const tried = await atEveryCall("DiskFull", async () => {
    // The points are made without faults, so that each fault meets the retention.
    const faulty = disk.store;
    disk.store = new FolderStore(localFileSystem, disk.storeFolder, faulty.machine("").ring, 0);
    for (let block = 0; block < 80; block += 7) disk.fill(block, disk.clock.now() % 1000, "random", 65_536);
    await disk.delta();
    for (let block = 0; block < 70; block += 7) disk.fill(block, disk.clock.now() % 997, "random", 65_536);
    await disk.delta();
    image = disk.image();
    disk.store = faulty;
    await disk.store.retain(disk.machineId, (points) => points.slice(-1).map((point) => point.id));
  });
  expect(tried).toBeGreaterThan(8);
  disk.reopen();
  const newest = disk.store.recoveryPoints(disk.machineId).at(-1)!;
  expect((await disk.restored(newest.id)).equals(image)).toBe(true);
  expect((await disk.store.verify(() => undefined)).findingCount).toBe(0);
});

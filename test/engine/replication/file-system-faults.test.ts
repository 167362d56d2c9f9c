import { afterEach, beforeEach, expect, it } from "vitest";
import { ObjectStore } from "../../../provider/replica/object-store.ts";
import { placesInFolder } from "../../../provider/replica/store-location.ts";
import { SimulatedFileSystem } from "../../blocks/simulated-file-system.ts";
import { unsyncedFileSystem } from "../../blocks/unsynced-file-system.ts";
import { ProtectedDisk } from "./protected-disk.ts";

let disk: ProtectedDisk;
const inStore = /\/store\b/;

beforeEach(async () => {
  disk = await ProtectedDisk.make(5 * 1_048_576);
  for (let block = 0; block < 80; block += 7) disk.fill(block, 1, block % 2 === 0 ? "text" : "random", 9000);
});

afterEach(() => disk.remove());

const codes = { ENOSPC: "DiskFull", SHORT: "DiskFull", EIO: "IoFailed" } as const;
type Kind = keyof typeof codes;
const kinds = Object.keys(codes) as Kind[];

/** What faults leave behind makes the next try longer: so there is an end to it. */
const callsMax = 40;

/**
 * Runs `work` with a fault at the first call, the second ... until it goes through without meeting one. A full
 * disk fails changing calls only, a broken one reading as well.
 */
async function atEveryCall(kind: Kind, work: () => Promise<void>): Promise<number> {
  const { ring } = await disk.store.machine(disk.machineId);
  const files = new SimulatedFileSystem(unsyncedFileSystem);
  // Deriving the key anew for each fault would be most of the test's time.
  disk.store = new ObjectStore(placesInFolder(files, disk.storeFolder), ring, 0);
  for (let call = 1; call < callsMax; call += 1) {
    files.arm({ kind, call, only: inStore });
    try {
      await work();
    } catch (error) {
      expect(error).toMatchObject({ code: codes[kind], target: expect.stringMatching(inStore) as string });
    }
    const isOver = files.hits === 0;
    files.heal();
    if (isOver) return call;
    if ((await disk.store.recoveryPoints(disk.machineId)).length > 0)
      await disk.store.compact(disk.machineId);
  }
  return callsMax;
}

it.each(kinds)(
  "[HW-4f] %s at every call of a cycle leaves earlier recovery points readable, and the next cycle works",
  async (kind) => {
    const points = new Map([[(await disk.initial()).pointId, disk.image()]]);
    let round = 1;
    const tried = await atEveryCall(kind, async () => {
      round += 1;
      disk.fill(round % 80, round, "text", 5000);
      if (round % 3 === 0) points.set((await disk.resync()).pointId, disk.image());
      else points.set((await disk.delta()).pointId, disk.image());
    });
    expect(tried).toBeGreaterThan(5);
    await disk.reopen();
    // A cycle whose point was in place before the fault counts, though its caller saw an error.
    const listed = (await disk.store.recoveryPoints(disk.machineId)).map((point) => point.id);
    for (const pointId of points.keys()) expect(listed).toContain(pointId);
    points.set((await disk.resync()).pointId, disk.image());
    for (const [pointId, image] of points) expect((await disk.restored(pointId)).equals(image)).toBe(true);
    expect((await disk.store.verify(() => undefined)).findingCount).toBe(0);
  },
);

it.each(kinds)(
  "%s at every call of the initial copy leaves something that the next one goes on with",
  async (kind) => {
    await atEveryCall(kind, async () => {
      if ((await disk.store.recoveryPoints(disk.machineId)).length === 0) await disk.initial();
    });
    await disk.reopen();
    if ((await disk.store.recoveryPoints(disk.machineId)).length === 0) await disk.initial();
    const [point] = await disk.store.recoveryPoints(disk.machineId);
    expect((await disk.restored(point!.id)).equals(disk.image())).toBe(true);
  },
);

it.each(kinds)(
  "%s at every call of retention and compaction costs no recovery point that stays",
  async (kind) => {
    await disk.initial();
    const { ring } = await disk.store.machine(disk.machineId);
    let image = disk.image();
    const tried = await atEveryCall(kind, async () => {
      // The points are made without faults, and the store says what is in it before: each fault meets the retention.
      const faulty = disk.store;
      disk.store = new ObjectStore(placesInFolder(unsyncedFileSystem, disk.storeFolder), ring, 0);
      for (let block = 0; block < 80; block += 7) disk.fill(block, disk.clock.now() % 1000, "random", 65_536);
      await disk.delta();
      for (let block = 0; block < 70; block += 7) disk.fill(block, disk.clock.now() % 997, "random", 65_536);
      await disk.delta();
      image = disk.image();
      disk.store = faulty;
      await disk.store.retain(disk.machineId, (points) => points.slice(-1).map((point) => point.id));
    });
    expect(tried).toBeGreaterThan(5);
    await disk.reopen();
    const newest = (await disk.store.recoveryPoints(disk.machineId)).at(-1)!;
    expect((await disk.restored(newest.id)).equals(image)).toBe(true);
    expect((await disk.store.verify(() => undefined)).findingCount).toBe(0);
  },
);

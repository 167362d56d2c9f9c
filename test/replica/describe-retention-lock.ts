/** What a replica keeps whose objects are locked until their retention ends, on a real server. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openReplicaStore } from "../../provider/replica/open-replica-store.ts";
import type { ObjectsAddress } from "../../provider/ports/objects.ts";
import type { ReplicaStore } from "../../provider/replica/replica-store.ts";
import { pointLocksOf } from "../../provider/replica/upkeep/point-locks.ts";
import { passphrase, ProtectedDisk } from "../engine/replication/protected-disk.ts";

const minute = 60_000;

export function describeRetentionLock(title: string, newPlace: () => Promise<ObjectsAddress>): void {
  describe(title, () => {
    let disk: ProtectedDisk;
    const machineId = "/subscriptions/s/machines/web-01";

    const open = async (address: ObjectsAddress): Promise<ReplicaStore> => {
      const location = { address, spoolFolder: `${disk.folder}/spool` };
      return openReplicaStore({ location, passphrase, threads: 0 });
    };
    beforeEach(async () => {
      disk = await ProtectedDisk.make(4 * 1_048_576);
      disk.store = await open(await newPlace());
      for (let block = 0; block < 16; block += 1) disk.fill(block, 1);
    });
    afterEach(() => disk.remove());

    const locks = async () => {
      const points = await disk.store.recoveryPoints(machineId);
      return pointLocksOf(await disk.store.machine(machineId), points);
    };
    const namesThere = async (): Promise<string[]> => {
      const all = await Array.fromAsync(disk.store.objects.list("machines/"), ({ name }) => name);
      return all.filter((name) => /\.(segment|map|point)$/.test(name));
    };

    it("locks the points, all that they need, and what opens them", async () => {
      const retentionMinutes = 60;
      await disk.initial({ retentionMinutes });
      disk.fill(3, 2);
      await disk.delta({ retentionMinutes });
      const now = await disk.store.objects.now();
      const { points, lockedCount, unlockedCount } = await locks();
      expect({ lockedCount, unlockedCount }).toEqual({
        lockedCount: (await namesThere()).length,
        unlockedCount: 0,
      });
      for (const { lockedUntil } of points) {
        expect(lockedUntil).toBeGreaterThan(now + 59 * minute);
        expect(lockedUntil).toBeLessThan(now + 70 * minute);
      }
      for (const name of [
        "store.key",
        (await disk.store.machine(machineId)).idName,
        ...(await namesThere()),
      ]) {
        expect(await disk.store.objects.lockedUntil(name), name).toBeGreaterThan(now + 59 * minute);
        await expect(disk.store.objects.remove([name])).rejects.toMatchObject({
          code: "InUse",
          message: expect.stringMatching(/is kept until \d{4}-.*Z by a retention lock/) as string,
        });
      }
    });

    it("locks longer what a later point still needs, and never shorter", async () => {
      await disk.initial({ retentionMinutes: 10 });
      const objects = await namesThere();
      const [first] = (await locks()).points;
      disk.fill(3, 2);
      await disk.delta({ retentionMinutes: 60 });
      const [again, second] = (await locks()).points;
      // The point itself is not needed longer; its layers are.
      expect(again?.lockedUntil).toBe(first?.lockedUntil);
      expect(second?.lockedUntil).toBeGreaterThan(first!.lockedUntil! + 45 * minute);
      const layers = objects.filter((name) => !name.endsWith(".point"));
      for (const name of layers)
        expect(await disk.store.objects.lockedUntil(name)).toBeGreaterThan(second!.lockedUntil! - minute);
      disk.fill(4, 3);
      await disk.delta({ retentionMinutes: 1 });
      for (const name of layers)
        expect(await disk.store.objects.lockedUntil(name)).toBeGreaterThan(second!.lockedUntil! - minute);
    });

    it("keeps what is locked through retention, compaction and removal, and drops it when the locks have ended", async () => {
      const retentionMinutes = 15 / 60;
      await disk.initial({ retentionMinutes });
      const [old] = await disk.store.recoveryPoints(machineId);
      for (let block = 0; block < 16; block += 1) disk.fill(block, 2);
      await disk.delta();
      const before = await namesThere();
      const kept = await disk.store.retain(machineId, () => []);
      expect(kept).toMatchObject({ droppedPointIds: [], bytesFreed: 0, kept: { count: 1 } });
      expect(kept.kept?.until).toBeGreaterThan((await disk.store.objects.now()) - 1000);
      expect(await disk.store.compact(machineId)).toBe(0);
      expect(await namesThere()).toEqual(before);
      expect((await disk.store.verify(() => undefined)).findingCount).toBe(0);
      expect((await disk.restored(old!.id)).length).toBe(4 * 1_048_576);
      const ended = async (): Promise<boolean> => (await locks()).lockedCount === 0;
      await expect.poll(ended, { interval: 500 }).toBe(true);
      const dropped = await disk.store.retain(machineId, () => []);
      expect(dropped).toMatchObject({ droppedPointIds: [old!.id], kept: undefined });
      expect(dropped.bytesFreed).toBeGreaterThan(16 * 65_536);
      expect((await disk.store.verify(() => undefined)).findingCount).toBe(0);
    });

    it("counts a removed machine as gone, and removes the rest of it when the locks have ended", async () => {
      await disk.initial({ retentionMinutes: 4 / 60 });
      const { names, until } = await disk.store.removeMachine(machineId);
      expect(names.size).toBeGreaterThan(2);
      expect(until).toBeDefined();
      expect(await disk.store.machineIds()).toEqual([]);
      const machine = await disk.store.machine(machineId);
      await expect(machine.prepare([disk.diskId])).rejects.toMatchObject({ code: "InUse" });
      const rest = async (): Promise<number> => (await disk.store.finishRemovals()).names.size;
      await expect.poll(rest, { interval: 500 }).toBe(0);
      expect(await namesThere()).toEqual([]);
    });

    it("takes another key although the old one is locked, and keeps both until the lock ends", async () => {
      await disk.initial({ retentionMinutes: 60 });
      await disk.store.rotateKey({ passphrase: "another passphrase" });
      const location = { address: disk.store.objects.address!, spoolFolder: disk.folder };
      const again = await openReplicaStore({ location, passphrase: "another passphrase", create: false });
      expect(await again.machineIds()).toEqual([machineId]);
      await disk.delta({ retentionMinutes: 60 });
      expect(await disk.store.objects.lockedUntil("store.key")).toBeDefined();
    });

    it("leaves everything in place where nothing may be deleted", async () => {
      const address = disk.store.objects.address!;
      const settings = { ...(address.settings as object), mayDelete: false };
      const cleaner = disk.store;
      disk.store = await open({ ...address, settings } as ObjectsAddress);
      await disk.initial();
      for (let block = 0; block < 16; block += 1) disk.fill(block, 2);
      await disk.delta();
      const result = await disk.store.retain(machineId, () => []);
      expect(result).toEqual({ droppedPointIds: [], bytesFreed: 0, kept: { count: 1, until: undefined } });
      await expect(disk.store.objects.remove(["store.key"])).rejects.toMatchObject({
        code: "InUse",
        message: expect.stringMatching(/mayDelete: false/) as string,
      });
      const unpin = await (await disk.store.machine(machineId)).pin("0".repeat(32));
      await unpin();
      expect((await cleaner.retain(machineId, () => [])).droppedPointIds).toHaveLength(1);
    });
  });
}

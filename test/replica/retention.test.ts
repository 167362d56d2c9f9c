import fs from "node:fs";
import os from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { ObjectStore } from "../../provider/replica/object-store.ts";
import { placesInFolder } from "../../provider/replica/store-location.ts";
import { SimulatedFileSystem } from "../blocks/simulated-file-system.ts";
import { ProtectedDisk } from "../engine/replication/protected-disk.ts";

let disk: ProtectedDisk;

beforeEach(async () => {
  disk = await ProtectedDisk.make(4 * 1_048_576);
  for (let block = 0; block < 64; block += 1) disk.fill(block, 1);
  await disk.initial();
});

afterEach(() => disk.remove());

const stored = async (): Promise<number> => (await disk.store.usage(disk.machineId)).bytesStored;

describe("retention and compaction", () => {
  it("gives back the space of data that no recovery point needs", async () => {
    for (let round = 2; round < 8; round += 1) {
      for (let block = 0; block < 60; block += 1) disk.fill(block, round);
      await disk.delta();
    }
    const before = await stored();
    expect(before).toBeGreaterThan(7 * 3.7 * 1_048_576);
    const result = await disk.store.retain(disk.machineId, () => []);
    expect(result.droppedPointIds).toHaveLength(6);
    // Points and roster shrink as well; they are small beside the data.
    expect(before - (await stored())).toBeGreaterThanOrEqual(result.bytesFreed);
    expect(before - (await stored()) - result.bytesFreed).toBeLessThan(20_000);
    expect(await stored()).toBeLessThan(1.1 * 64 * blockSizeBytes);
    const [newest] = await disk.store.recoveryPoints(disk.machineId);
    expect((await disk.restored(newest!.id)).equals(disk.image())).toBe(true);
    expect((await disk.store.verify(() => undefined)).findingCount).toBe(0);
  });

  it("writes a segment anew when little of it is needed, more than once", async () => {
    for (const round of [2, 3]) {
      for (let block = 0; block < 64; block += 1) if (block % (round * 4) !== 0) disk.fill(block, round);
      const { pointId } = await disk.delta();
      await disk.store.retain(disk.machineId, () => []);
      expect(await stored()).toBeLessThan(2 * 64 * blockSizeBytes);
      expect((await disk.restored(pointId)).equals(disk.image())).toBe(true);
      expect((await disk.store.verify(() => undefined)).findingCount).toBe(0);
    }
  });

  it("keeps the newest point, and a pinned one until it is let go", async () => {
    const [first] = await disk.store.recoveryPoints(disk.machineId);
    disk.fill(1, 2);
    const second = await disk.delta();
    const unpin = await (await disk.store.machine(disk.machineId)).pin(first!.id);
    expect((await disk.store.retain(disk.machineId, () => [])).droppedPointIds).toEqual([]);
    await expect(() => disk.store.removeMachine(disk.machineId)).rejects.toThrow(/being read/);
    await unpin();
    expect((await disk.store.retain(disk.machineId, () => [])).droppedPointIds).toEqual([first!.id]);
    expect((await disk.store.recoveryPoints(disk.machineId)).map((point) => point.id)).toEqual([
      second.pointId,
    ]);
    await expect(() => disk.store.findPoint(first!.id)).rejects.toThrow(/no recovery point/);
  });

  it("frees nothing when it cannot tell what is needed", async () => {
    disk.fill(1, 2);
    await disk.delta();
    const point = disk.storedFiles().find((file) => file.endsWith(".point"))!;
    fs.writeFileSync(point, fs.readFileSync(point).subarray(5));
    const before = disk.storedFiles();
    await expect(disk.store.compact(disk.machineId)).rejects.toMatchObject({
      code: "Damaged",
      target: point,
    });
    expect(disk.storedFiles()).toEqual(before);
  });
});

describe("machines of a store", () => {
  it("lists them, and forgets one with all it holds", async () => {
    expect(await disk.store.machineIds()).toEqual([disk.machineId]);
    await disk.store.removeMachine(disk.machineId);
    expect(await disk.store.machineIds()).toEqual([]);
    expect(disk.storedFiles().map((file) => file.split("/").at(-1))).toEqual(["store.key"]);
    await disk.store.removeMachine("never there");
  });

  it("lets one writer in at a time, and takes over from a dead one", async () => {
    const machine = await disk.store.machine(disk.machineId);
    const release = await machine.lock();
    await expect(() => machine.lock()).rejects.toThrow(expect.objectContaining({ code: "Busy" }) as Error);
    await release();
    fs.writeFileSync(`${machine.folder}/writer.lock`, JSON.stringify(`${os.hostname()}:${2 ** 22 + 1}:1`));
    await (
      await machine.lock()
    )();
    fs.writeFileSync(`${machine.folder}/writer.lock`, "half a lo");
    await (
      await machine.lock()
    )();
    expect(fs.existsSync(`${machine.folder}/writer.lock`)).toBe(false);
  });

  it("goes on after a lock and a pin whose files could not be removed", async () => {
    const faulty = new SimulatedFileSystem(localFileSystem);
    const store = new ObjectStore(
      placesInFolder(faulty, disk.storeFolder),
      (await disk.store.machine("")).ring,
      0,
    );
    const machine = await store.machine(disk.machineId);
    disk.fill(1, 2);
    await disk.delta();
    const [oldest] = await store.recoveryPoints(disk.machineId);
    const releases = [await machine.lock(), await machine.pin(oldest!.id)];
    faulty.arm({ kind: "EIO", call: 1, lasting: true });
    for (const release of releases) {
      await expect(release()).rejects.toThrow(expect.objectContaining({ code: "IoFailed" }) as Error);
    }
    faulty.heal();
    await (
      await machine.lock()
    )();
    await store.retain(disk.machineId, () => []);
    expect((await store.recoveryPoints(disk.machineId)).map((point) => point.id)).not.toContain(oldest!.id);
  });
});

import fs from "node:fs";
import os from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { FolderStore } from "../../provider/targets/folder-store.ts";
import { SimulatedFileSystem } from "../blocks/simulated-file-system.ts";
import { ProtectedDisk } from "../engine/replication/protected-disk.ts";

let disk: ProtectedDisk;

beforeEach(async () => {
  disk = new ProtectedDisk(4 * 1_048_576);
  for (let block = 0; block < 64; block += 1) disk.fill(block, 1);
  await disk.initial();
});

afterEach(() => disk.remove());

const stored = (): number => disk.store.usage(disk.machineId).bytesStored;

describe("retention and compaction", () => {
  it("gives back the space of data that no recovery point needs", async () => {
    for (let round = 2; round < 8; round += 1) {
      for (let block = 0; block < 60; block += 1) disk.fill(block, round);
      await disk.delta();
    }
    const before = stored();
    expect(before).toBeGreaterThan(7 * 3.7 * 1_048_576);
    const result = await disk.store.retain(disk.machineId, () => []);
    expect(result.droppedPointIds).toHaveLength(6);
    // Points and roster shrink as well; they are small beside the data.
    expect(before - stored()).toBeGreaterThanOrEqual(result.bytesFreed);
    expect(before - stored() - result.bytesFreed).toBeLessThan(20_000);
    expect(stored()).toBeLessThan(1.1 * 64 * blockSizeBytes);
    const [newest] = disk.store.recoveryPoints(disk.machineId);
    expect((await disk.restored(newest!.id)).equals(disk.image())).toBe(true);
    expect((await disk.store.verify(() => undefined)).findingCount).toBe(0);
  });

  it("writes a segment anew when little of it is needed, more than once", async () => {
    for (const round of [2, 3]) {
      for (let block = 0; block < 64; block += 1) if (block % (round * 4) !== 0) disk.fill(block, round);
      const { pointId } = await disk.delta();
      await disk.store.retain(disk.machineId, () => []);
      expect(stored()).toBeLessThan(2 * 64 * blockSizeBytes);
      expect((await disk.restored(pointId)).equals(disk.image())).toBe(true);
      expect((await disk.store.verify(() => undefined)).findingCount).toBe(0);
    }
  });

  it("keeps the newest point, and a pinned one until it is let go", async () => {
    const [first] = disk.store.recoveryPoints(disk.machineId);
    disk.fill(1, 2);
    const second = await disk.delta();
    const unpin = disk.store.machine(disk.machineId).pin(first!.id);
    expect((await disk.store.retain(disk.machineId, () => [])).droppedPointIds).toEqual([]);
    expect(() => disk.store.removeMachine(disk.machineId)).toThrow(/being read/);
    unpin();
    expect((await disk.store.retain(disk.machineId, () => [])).droppedPointIds).toEqual([first!.id]);
    expect(disk.store.recoveryPoints(disk.machineId).map((point) => point.id)).toEqual([second.pointId]);
    expect(() => disk.store.findPoint(first!.id)).toThrow(/no recovery point/);
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
  it("lists them, and forgets one with all it holds", () => {
    expect(disk.store.machineIds()).toEqual([disk.machineId]);
    disk.store.removeMachine(disk.machineId);
    expect(disk.store.machineIds()).toEqual([]);
    expect(disk.storedFiles().map((file) => file.split("/").at(-1))).toEqual(["store.key"]);
    expect(() => disk.store.removeMachine("never there")).not.toThrow();
  });

  it("lets one writer in at a time, and takes over from a dead one", () => {
    const machine = disk.store.machine(disk.machineId);
    const release = machine.lock();
    expect(() => machine.lock()).toThrow(expect.objectContaining({ code: "Busy" }) as Error);
    release();
    fs.writeFileSync(`${machine.folder}/writer.lock`, JSON.stringify(`${os.hostname()}:${2 ** 22 + 1}:1`));
    machine.lock()();
    fs.writeFileSync(`${machine.folder}/writer.lock`, "half a lo");
    machine.lock()();
    expect(fs.existsSync(`${machine.folder}/writer.lock`)).toBe(false);
  });

  it("goes on after a lock and a pin whose files could not be removed", async () => {
    const faulty = new SimulatedFileSystem(localFileSystem);
    const store = new FolderStore(faulty, disk.storeFolder, disk.store.machine("").ring, 0);
    const machine = store.machine(disk.machineId);
    disk.fill(1, 2);
    await disk.delta();
    const [oldest] = store.recoveryPoints(disk.machineId);
    const releases = [machine.lock(), machine.pin(oldest!.id)];
    faulty.arm({ kind: "EIO", call: 1, lasting: true });
    for (const release of releases) {
      expect(release).toThrow(expect.objectContaining({ code: "IoFailed" }) as Error);
    }
    faulty.heal();
    machine.lock()();
    await store.retain(disk.machineId, () => []);
    expect(store.recoveryPoints(disk.machineId).map((point) => point.id)).not.toContain(oldest!.id);
  });
});

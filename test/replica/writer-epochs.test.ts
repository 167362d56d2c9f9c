/** Under which epoch a machine's recovery points are written, and what a writer of an earlier one can still do: nothing. */
import fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { ObjectStore } from "../../provider/replica/object-store.ts";
import { placesInFolder } from "../../provider/replica/store-location.ts";
import type { MachineFolder } from "../../provider/replica/machine-folder.ts";
import { ProtectedDisk } from "../engine/replication/protected-disk.ts";

let disk: ProtectedDisk;
beforeEach(async () => {
  disk = await ProtectedDisk.make(1_048_576);
  disk.fill(0, 1);
  await disk.initial();
});
afterEach(() => disk.remove());

/** The machine's folder as a process sees it that works under an epoch, which may change while it works. */
async function writer(lease: { engineId: string; epoch: number }): Promise<MachineFolder> {
  const fence = {
    engineId: lease.engineId,
    epoch: () => lease.epoch,
    confirm: (beside?: () => void) => {
      beside?.();
      return lease.epoch;
    },
    raise: (above: number) => void (lease.epoch = above + 1),
  };
  const { ring } = await disk.store.machine(disk.machineId);
  const places = placesInFolder(localFileSystem, disk.storeFolder);
  return new ObjectStore(places, ring, 0, fence).machine(disk.machineId);
}

const ofEngine = (epoch: number): Promise<MachineFolder> => writer({ engineId: "one", epoch });
const lost = expect.objectContaining({ code: "LeaseLost" }) as Error;

async function publish(by: MachineFolder | Promise<MachineFolder>): Promise<number> {
  const machine = await by;
  const { disks } = (await machine.points.latest())!;
  const draft = { takenAt: 1, kind: "CrashConsistent", multiVm: false, disks, bytesStored: 0 } as const;
  return (await machine.publish(draft)).sequence;
}

async function underLock<T>(machine: MachineFolder, work: () => Promise<T>): Promise<T> {
  const release = await machine.lock();
  try {
    return await work();
  } finally {
    await release();
  }
}

async function numbers(): Promise<number[]> {
  return (await disk.store.recoveryPoints(disk.machineId)).map(({ sequence }) => sequence);
}

describe("a machine's recovery points", () => {
  it("are published and dropped under the epoch of now, or a later one", async () => {
    const [first] = await disk.store.recoveryPoints(disk.machineId);
    for (const epoch of [5, 5]) await publish(ofEngine(epoch));
    const machine = await ofEngine(7);
    await underLock(machine, () => publish(machine));
    await underLock(machine, () => machine.points.drop(new Set([first!.id])));
    expect(await numbers()).toEqual([2, 3, 4]);
    expect((await disk.store.recoveryPoints(disk.machineId)).at(-1)).toMatchObject({
      engineId: "one",
      epoch: 7,
    });
  });

  it("are neither published nor dropped under an earlier one", async () => {
    await publish(ofEngine(5));
    const former = await ofEngine(4);
    await underLock(former, async () => {
      await expect(publish(former)).rejects.toThrow(lost);
      await expect(former.points.drop(new Set((await numbers()).map(String)))).rejects.toThrow(lost);
    });
    expect(await numbers()).toEqual([1, 2]);
  });

  it("keep the latest epoch when the point that was written under it is gone", async () => {
    await publish(ofEngine(5));
    const machine = await ofEngine(5);
    const newest = await machine.points.latest();
    await underLock(machine, () => machine.points.drop(new Set([newest!.id])));
    await expect(publish(ofEngine(4))).rejects.toThrow(lost);
    expect(await numbers()).toEqual([1]);
  });

  it("keep the latest epoch when their roster is gone", async () => {
    const machine = await ofEngine(5);
    await publish(machine);
    fs.rmSync(machine.points.rosterPath);
    await expect(publish(ofEngine(4))).rejects.toThrow(lost);
  });

  it("count the epochs of each engine by themselves", async () => {
    await publish(ofEngine(5));
    expect(await publish(writer({ engineId: "two", epoch: 1 }))).toBe(3);
    await expect(publish(ofEngine(4))).rejects.toThrow(lost);
  });

  it("are asked for the epoch that counts at that moment, not for the one of the beginning", async () => {
    const lease = { engineId: "one", epoch: 5 };
    const machine = await writer(lease);
    await underLock(machine, async () => {
      lease.epoch = 9;
      await publish(machine);
    });
    await expect(publish(ofEngine(8))).rejects.toThrow(lost);
  });

  it("are continued by a person's decision under an epoch above the latest", async () => {
    await publish(ofEngine(5));
    const lease = { engineId: "one", epoch: 2 };
    const machine = await writer(lease);
    await underLock(machine, async () => {
      await machine.takeOver();
      await publish(machine);
    });
    expect(lease.epoch).toBe(6);
  });
});

describe("a machine's lock", () => {
  it("goes to the same engine's later epoch, and its former holder changes nothing from then on", async () => {
    const former = await ofEngine(4);
    const release = await former.lock();
    await expect((await ofEngine(4)).lock()).rejects.toThrow(/Another operation is writing/);
    const next = await ofEngine(5);
    await underLock(next, async () => {
      const before = fs.readdirSync(former.points.folder);
      await expect(former.requireLock()).rejects.toThrow(lost);
      await expect(publish(former)).rejects.toThrow(lost);
      await expect(former.points.drop(new Set())).rejects.toThrow(lost);
      expect(fs.readdirSync(former.points.folder)).toEqual(before);
      await release();
      await expect(next.requireLock()).resolves.toBeUndefined();
    });
  });

  it("is taken away by a takeover, of the same engine's earlier epochs only", async () => {
    const machine = await ofEngine(4);
    const release = await machine.lock();
    await (await writer({ engineId: "two", epoch: 9 })).fence();
    await (await ofEngine(4)).fence();
    await expect(machine.requireLock()).resolves.toBeUndefined();
    await (await ofEngine(5)).fence();
    await expect(machine.requireLock()).rejects.toThrow(lost);
    await release();
  });

  it("is not given to another engine, whatever its epoch", async () => {
    const release = await (await ofEngine(4)).lock();
    await expect((await writer({ engineId: "two", epoch: 9 })).lock()).rejects.toThrow(
      /Another operation is writing/,
    );
    await release();
  });
});

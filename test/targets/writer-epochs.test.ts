/** Under which epoch a machine's recovery points are written, and what a writer of an earlier one can still do: nothing. */
import fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { FolderStore } from "../../provider/targets/folder-store.ts";
import type { MachineFolder } from "../../provider/targets/machine-folder.ts";
import { ProtectedDisk } from "../engine/replication/protected-disk.ts";

let disk: ProtectedDisk;
beforeEach(async () => {
  disk = new ProtectedDisk(1_048_576);
  disk.fill(0, 1);
  await disk.initial();
});
afterEach(() => disk.remove());

/** The machine's folder as a process sees it that works under an epoch, which may change while it works. */
function writer(lease: { engineId: string; epoch: number }): MachineFolder {
  const fence = {
    engineId: lease.engineId,
    epoch: () => lease.epoch,
    confirm: (beside?: () => void) => {
      beside?.();
      return lease.epoch;
    },
    raise: (above: number) => void (lease.epoch = above + 1),
  };
  const { ring } = disk.store.machine(disk.machineId);
  return new FolderStore(localFileSystem, disk.storeFolder, ring, 0, fence).machine(disk.machineId);
}

const ofEngine = (epoch: number): MachineFolder => writer({ engineId: "one", epoch });
const lost = expect.objectContaining({ code: "LeaseLost" }) as Error;

function publish(machine: MachineFolder): number {
  const { disks } = machine.points.latest()!;
  const draft = { takenAt: 1, kind: "CrashConsistent", multiVm: false, disks, bytesStored: 0 } as const;
  return machine.publish(draft).sequence;
}

function underLock<T>(machine: MachineFolder, work: () => T): T {
  const release = machine.lock();
  try {
    return work();
  } finally {
    release();
  }
}

const numbers = (): number[] => disk.store.recoveryPoints(disk.machineId).map(({ sequence }) => sequence);

describe("a machine's recovery points", () => {
  it("are published and dropped under the epoch of now, or a later one", () => {
    const [first] = disk.store.recoveryPoints(disk.machineId);
    for (const epoch of [5, 5]) publish(ofEngine(epoch));
    const machine = ofEngine(7);
    underLock(machine, () => publish(machine));
    underLock(machine, () => machine.points.drop(new Set([first!.id])));
    expect(numbers()).toEqual([2, 3, 4]);
    expect(disk.store.recoveryPoints(disk.machineId).at(-1)).toMatchObject({ engineId: "one", epoch: 7 });
  });

  it("are neither published nor dropped under an earlier one", () => {
    publish(ofEngine(5));
    const former = ofEngine(4);
    underLock(former, () => {
      expect(() => publish(former)).toThrow(lost);
      expect(() => former.points.drop(new Set(numbers().map(String)))).toThrow(lost);
    });
    expect(numbers()).toEqual([1, 2]);
  });

  it("keep the latest epoch when the point that was written under it is gone", () => {
    publish(ofEngine(5));
    const machine = ofEngine(5);
    underLock(machine, () => machine.points.drop(new Set([machine.points.latest()!.id])));
    expect(() => publish(ofEngine(4))).toThrow(lost);
    expect(numbers()).toEqual([1]);
  });

  it("keep the latest epoch when their roster is gone", () => {
    const machine = ofEngine(5);
    publish(machine);
    fs.rmSync(machine.points.rosterPath);
    expect(() => publish(ofEngine(4))).toThrow(lost);
  });

  it("count the epochs of each engine by themselves", () => {
    publish(ofEngine(5));
    expect(publish(writer({ engineId: "two", epoch: 1 }))).toBe(3);
    expect(() => publish(ofEngine(4))).toThrow(lost);
  });

  it("are asked for the epoch that counts at that moment, not for the one of the beginning", () => {
    const lease = { engineId: "one", epoch: 5 };
    const machine = writer(lease);
    underLock(machine, () => {
      lease.epoch = 9;
      publish(machine);
    });
    expect(() => publish(ofEngine(8))).toThrow(lost);
  });

  it("are continued by a person's decision under an epoch above the latest", () => {
    publish(ofEngine(5));
    const lease = { engineId: "one", epoch: 2 };
    const machine = writer(lease);
    underLock(machine, () => {
      machine.takeOver();
      publish(machine);
    });
    expect(lease.epoch).toBe(6);
  });
});

describe("a machine's lock", () => {
  it("goes to the same engine's later epoch, and its former holder changes nothing from then on", () => {
    const former = ofEngine(4);
    const release = former.lock();
    expect(() => ofEngine(4).lock()).toThrow(/Another operation is writing/);
    const next = ofEngine(5);
    underLock(next, () => {
      const before = fs.readdirSync(former.points.folder);
      expect(() => former.requireLock()).toThrow(lost);
      expect(() => publish(former)).toThrow(lost);
      expect(() => former.points.drop(new Set())).toThrow(lost);
      expect(fs.readdirSync(former.points.folder)).toEqual(before);
      release();
      expect(() => next.requireLock()).not.toThrow();
    });
  });

  it("is taken away by a takeover, of the same engine's earlier epochs only", () => {
    const machine = ofEngine(4);
    const release = machine.lock();
    writer({ engineId: "two", epoch: 9 }).fence();
    ofEngine(4).fence();
    expect(() => machine.requireLock()).not.toThrow();
    ofEngine(5).fence();
    expect(() => machine.requireLock()).toThrow(lost);
    release();
  });

  it("is not given to another engine, whatever its epoch", () => {
    const release = ofEngine(4).lock();
    expect(() => writer({ engineId: "two", epoch: 9 }).lock()).toThrow(/Another operation is writing/);
    release();
  });
});

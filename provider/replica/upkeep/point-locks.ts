import { hasCode } from "../../errors.ts";
import type { MachineFolder } from "../machine-folder.ts";
import { neededObjects } from "../needed-objects.ts";
import type { RecoveryPoint } from "../recovery-point.ts";
import { locksOf } from "../retention-lock.ts";

/** What retention locks keep of a machine's replica. */
export interface MachineLocks {
  /** Objects that its recovery points need and that are locked. */
  readonly lockedCount: number;
  /** Objects that its recovery points need and that can be removed now. */
  readonly unlockedCount: number;
  readonly points: readonly PointLock[];
}

export interface PointLock {
  readonly id: string;
  readonly takenAt: number;
  /** Until when nothing can be taken from it, in milliseconds since 1970; `undefined` if something of it is not locked. */
  readonly lockedUntil: number | undefined;
}

/** Asks the server for the lock of each object that the points need, once. Points that cannot be read are left out. */
export async function pointLocksOf(
  machine: MachineFolder,
  points: readonly RecoveryPoint[],
): Promise<MachineLocks> {
  const needs = new Map<RecoveryPoint, readonly string[]>();
  for (const point of points) {
    const names = await namesOf(machine, point);
    if (names !== undefined) needs.set(point, names);
  }
  const all = new Set([...needs.values()].flat());
  const ends = await locksOf(machine.objects, all);
  return {
    lockedCount: ends.size,
    unlockedCount: all.size - ends.size,
    points: [...needs].map(([{ id, takenAt }, names]) => {
      const isWhole = names.every((name) => ends.has(name));
      const lockedUntil = isWhole ? Math.min(...names.map((name) => ends.get(name)!)) : undefined;
      return { id, takenAt, lockedUntil };
    }),
  };
}

/** `undefined` if the objects of a point cannot be told, because a map is damaged. */
async function namesOf(machine: MachineFolder, point: RecoveryPoint): Promise<string[] | undefined> {
  try {
    const layers = await Array.fromAsync(point.disks, (disk) => neededObjects(machine, disk));
    return [machine.points.objectOf(point), ...layers.flatMap((names) => [...names])];
  } catch (error) {
    if (hasCode(error, "Damaged")) return undefined;
    throw error;
  }
}

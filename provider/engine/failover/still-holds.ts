/** Whether what a task of a move did still holds when its job is resumed: asked of the world, not of the record. */
import { isExpected } from "../../errors.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachineOf } from "../inventory/find-machine.ts";
import type { JobContext } from "../job/job-definition.ts";
import type { ProtectedItem } from "../../model/item.ts";
import type { CycleDisk } from "../replication-cycle/run-cycle.ts";
import { disksIn, primaryDisks, recoveryDisks } from "../replication-cycle/source-disks.ts";
import { hasUnsentChanges } from "./unsent-changes.ts";

type Context = Pick<JobContext<unknown>, "parts" | "item">;

/** Whether the machine at the primary side is not seen running; one that cannot be reached is not. */
export function primaryIsOff({ parts, item }: Context): boolean {
  const lookup = findMachineOf(parts, item());
  return lookup.answer !== "found" || parts.machines.powerState(lookup.place.folder) !== "running";
}

/**
 * Whether a machine that a move has made in a folder runs, or wrote to its disks and was switched off again. Its changes are
 * tracked from before its start.
 */
export function hasRun(parts: EngineParts, { details }: ProtectedItem, folder: string): boolean {
  if (!parts.machines.exists(folder)) return false;
  if (parts.machines.powerState(folder) === "running") return true;
  const there = disksIn(folder, details.disks).filter(({ path }) => parts.files.exists(path));
  return hasUnsentChanges(parts, there);
}

/** As `primaryIsOff`, of the machine at the recovery side. */
export function replicaIsOff({ parts, item }: Context): boolean {
  const folder = item().details.recoveryMachine?.folder;
  if (folder === undefined || !parts.machines.exists(folder)) return true;
  return parts.machines.powerState(folder) !== "running";
}

/** Whether disks have not changed since the last delta; of those that cannot be read now it is still the newest there is. */
function isSent(parts: EngineParts, disksOf: () => readonly CycleDisk[]): boolean {
  try {
    return !hasUnsentChanges(parts, disksOf());
  } catch (error) {
    if (!isExpected(error)) throw error;
    return true;
  }
}

export function primaryIsSent({ parts, item }: Context): boolean {
  return isSent(parts, () => primaryDisks(parts, item()));
}

export function replicaIsSent({ parts, item }: Context): boolean {
  const current: ProtectedItem = item();
  return current.details.recoveryMachine === undefined || isSent(parts, () => recoveryDisks(parts, current));
}

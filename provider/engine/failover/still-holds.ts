/** Whether what a task of a move did still holds when its job is resumed: asked of the world, not of the record. */
import { isExpected } from "../../errors.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachineOf } from "../inventory/find-machine.ts";
import type { JobContext } from "../job/job-definition.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { disksIn, primaryDisks, recoveryDisks } from "../replication-cycle/source-disks.ts";
import { hasUnsentChanges } from "./unsent-changes.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";

type Context = Pick<JobContext<unknown>, "parts" | "item">;

/** Whether the machine at the primary side is not seen running; one that cannot be reached is not. */
export async function primaryIsOff({ parts, item }: Context): Promise<boolean> {
  const lookup = await findMachineOf(parts, item());
  return lookup.answer !== "found" || (await parts.machines.powerState(lookup.place.folder)) !== "running";
}

/**
 * Whether a machine that a move has made in a folder runs, or wrote to its disks and was switched off again. Its changes are
 * tracked from before its start.
 */
export async function hasRun(
  parts: EngineParts,
  { details }: ProtectedItem,
  folder: string,
): Promise<boolean> {
  if (!(await parts.machines.exists(folder))) return false;
  if ((await parts.machines.powerState(folder)) === "running") return true;
  const there = disksIn(parts, folder, details.disks).filter(({ path }) => parts.files.exists(path));
  return hasUnsentChanges(parts, there);
}

/** As `primaryIsOff`, of the machine at the recovery side. */
export async function replicaIsOff({ parts, item }: Context): Promise<boolean> {
  const folder = item().details.recoveryMachine?.folder;
  if (folder === undefined || !(await parts.machines.exists(folder))) return true;
  return (await parts.machines.powerState(folder)) !== "running";
}

/** Whether disks have not changed since the last delta; of those that cannot be read now it is still the newest there is. */
async function isSent(parts: EngineParts, disksOf: () => Promise<readonly SourceDisk[]>): Promise<boolean> {
  try {
    return !(await hasUnsentChanges(parts, await disksOf()));
  } catch (error) {
    if (!isExpected(error)) throw error;
    return true;
  }
}

export async function primaryIsSent({ parts, item }: Context): Promise<boolean> {
  return isSent(parts, async () => primaryDisks(parts, item()));
}

export async function replicaIsSent({ parts, item }: Context): Promise<boolean> {
  const current: ProtectedItem = item();
  return (
    current.details.recoveryMachine === undefined ||
    (await isSent(parts, async () => recoveryDisks(parts, current)))
  );
}

/** The snapshots of a cycle: of one machine, or of a replication group at one barrier; frozen where that is due. */
import { hasHooks } from "../../machines/machine-hooks.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireMachineOf } from "../inventory/find-machine.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { writerOf } from "../lease/under-lease.ts";
import { replicationRulesOf } from "./replication-rules.ts";
import type { TakenSnapshot } from "./run-cycle.ts";
import { type Freezable, whileFrozen } from "../gate/while-frozen.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";
import type { MachineSnapshot } from "../../disks/disk.ts";

export interface Member {
  readonly item: ProtectedItem;
  readonly disks: readonly SourceDisk[];
}

/** Whether the policy wants an app-consistent point now. Machines that replicate back are taken as they are. */
function isDue(parts: EngineParts, item: ProtectedItem): boolean {
  const minutes = replicationRulesOf(parts, item.id)?.appConsistentMinutes ?? 0;
  if (minutes === 0 || item.details.reverse !== undefined) return false;
  const sinceLast = parts.clock.now() - (item.details.lastAppConsistentAt ?? -Infinity);
  // One from the future was taken before the clock was set back.
  return sinceLast < 0 || sinceLast >= minutes * 60_000;
}

const noHooks =
  "its machine.yaml has no freeze and thaw commands: add `consistency`, or set the policy's app-consistent " +
  "frequency to 0";

async function freezableOf(parts: EngineParts, item: ProtectedItem): Promise<Freezable | undefined> {
  const { machine } = await requireMachineOf(parts, item);
  return hasHooks(machine) ? { itemId: item.id, machine } : undefined;
}

/** Keeps with the item whether its point is what the policy asks for. */
function record(parts: EngineParts, itemId: string, takenAt: number, failure: string | undefined): void {
  const item = requireItem(parts, itemId);
  const { consistencyFailure: _former, ...details } = item.details;
  const outcome = failure === undefined ? { lastAppConsistentAt: takenAt } : { consistencyFailure: failure };
  putItem(parts.store, { ...item, details: { ...details, ...outcome } });
}

/** One instant of all members' disks. Throws what `Snapshots.take` throws: all begin or none does. */
export async function takeSnapshots(
  parts: EngineParts,
  members: readonly Member[],
  { isGroup, signal }: { isGroup: boolean; signal?: AbortSignal | undefined },
): Promise<TakenSnapshot[]> {
  const due = members.filter(({ item }) => isDue(parts, item)).map(({ item }) => item);
  const freezable = (
    await Array.fromAsync(due, async (item) => (await freezableOf(parts, item)) ?? [])
  ).flat();
  const take = (): Promise<MachineSnapshot[]> =>
    parts.snapshots.take(
      members.map(({ disks }) => disks),
      writerOf(parts),
    );
  const { result: snapshots, failures } =
    freezable.length === 0
      ? { result: await take(), failures: new Map<string, string>() }
      : await whileFrozen(parts, freezable, take, signal);
  return members.map(({ item }, index): TakenSnapshot => {
    const snapshot = snapshots[index]!;
    const isFrozen = freezable.some(({ itemId }) => itemId === item.id);
    const failure = isFrozen ? failures.get(item.id) : noHooks;
    if (due.includes(item)) record(parts, item.id, snapshot.takenAt, failure);
    const pointKind = isFrozen && failure === undefined ? "AppConsistent" : "CrashConsistent";
    return { snapshot, pointKind, multiVm: isGroup };
  });
}

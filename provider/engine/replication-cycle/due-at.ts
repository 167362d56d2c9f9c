import { initialReplicationWaitsUntil } from "./replication-rules.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { stateFacts } from "../../model/states.ts";
import { replicatingGroupOf } from "../protected-item/replication-group.ts";
import { replicationRulesOf } from "./replication-rules.ts";
import { resyncWaitsUntil } from "./resync-window.ts";
import { situationOf } from "./situation-of.ts";

const defaultIntervalSeconds = 300;

/** When an item's next cycle is due. */
export interface DueTime {
  /** In milliseconds since 1970; `undefined` when it does not replicate, or waits for a change. */
  readonly at: number | undefined;
  /**
   * While the store stays as it is and the clock is not set back, the next cycle is not due before `at`. False where
   * the machine, its disks or its hosts were looked at: they change without the store.
   */
  readonly holds: boolean;
}

/** When an item's next cycle is due: an interval after the last one's snapshot (HW-4a), or by the retry schedule (HW-4e, HW-4f). */
export async function dueTimeOf(parts: EngineParts, item: ProtectedItem): Promise<DueTime> {
  const now = parts.clock.now();
  const isNew = item.state === "EnablingReplication";
  if (!isNew && !stateFacts[item.state].replicates) return { at: undefined, holds: true };
  const { replicationError: failure, lastCycle } = item.details;
  // The machines of a group have their cycles together, and wait together.
  const together = [item, ...replicatingGroupOf(parts, item)];
  if (together.some(({ details }) => details.pausedAt !== undefined)) return { at: undefined, holds: true };
  // What seems to come from the future was noted before the clock was set back.
  if (failure?.retryAt !== undefined) return { at: failure.at > now ? now : failure.retryAt, holds: true };
  // A failure that an older version kept has no situation: it is tried again.
  if (failure?.situation !== undefined && failure.situation === (await situationOf(parts, item.id))) {
    return { at: undefined, holds: false };
  }
  if (failure) return { at: now, holds: true };
  if (isNew) return { at: initialReplicationWaitsUntil(parts, item.id) ?? now, holds: true };
  const interval = (replicationRulesOf(parts, item.id)?.intervalSeconds ?? defaultIntervalSeconds) * 1000;
  const due = lastCycle && lastCycle.takenAt <= now ? lastCycle.takenAt + interval : now;
  // Only what is due anyway is looked at: reading the change logs of all machines all the time would cost.
  const waitsUntil = due <= now ? await resyncWaitsUntil(parts, item) : undefined;
  return { at: waitsUntil ?? due, holds: waitsUntil === undefined };
}

/** When an item's next cycle is due, in milliseconds since 1970; `undefined` when it does not replicate or waits for a change. */
export async function dueAt(parts: EngineParts, item: ProtectedItem): Promise<number | undefined> {
  return (await dueTimeOf(parts, item)).at;
}

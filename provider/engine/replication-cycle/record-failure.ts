import { nameOf } from "../../arm-id.ts";
import { type ErrorCode, SiteRecoveryError } from "../../errors.ts";
import { addEvent } from "../../store/events.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ItemDetails, ProtectedItem } from "../../model/item.ts";
import { failureAfter } from "./retry-schedule.ts";
import { noteRpo } from "./rpo-alarm.ts";
import { situationOf } from "./situation-of.ts";

/** What is refused, or was stopped, has not failed: there is nothing to retry and no cause for an alarm. */
const noFailures: readonly ErrorCode[] = ["Cancelled", "LeaseLost", "ActionNotAllowed"];

/** Keeps a failed replication with its item, for status and the schedule. The caller holds the item's lease. */
export async function recordFailure(parts: EngineParts, itemId: string, error: unknown): Promise<void> {
  if (!(error instanceof SiteRecoveryError) || noFailures.includes(error.code)) return;
  const situation = await situationOf(parts, itemId);
  const item = requireItem(parts, itemId);
  const name = nameOf(itemId);
  const failure = failureAfter(item.details.replicationError, error, parts.clock.now(), situation);
  const { retryAt } = failure;
  const facts = { item: itemId, code: error.code, error: failure.message };
  const next = retryAt === undefined ? {} : { retryAt: new Date(retryAt).toISOString() };
  parts.log.warn({ ...facts, ...next }, "replication failed");
  const failed: ProtectedItem = { ...item, details: { ...item.details, replicationError: failure } };
  parts.store.together(() => {
    putItem(parts.store, failed);
    // A failure that lasts is one event, however often it is tried.
    if (item.details.replicationError?.message !== failure.message) {
      addEvent(parts.store, {
        type: "VmHealth",
        code: "ReplicationFailed",
        severity: failure.retryAt === undefined ? "Critical" : "Warning",
        // Most messages name the machine themselves.
        description: failure.message.includes(name) ? failure.message : `${name}: ${failure.message}`,
        targetId: itemId,
        at: parts.clock.now(),
      });
    }
    noteRpo(parts, failed);
  });
}

/** Keeps what an item has become by a replication that worked; failures before it are over. The caller holds the lease. */
export function recordSuccess(parts: EngineParts, itemId: string, changes: Partial<ItemDetails> = {}): void {
  const before = requireItem(parts, itemId);
  const { replicationError: mended } = before.details;
  const wellOf = (item: ProtectedItem): ProtectedItem => {
    const { replicationError: _over, replicaDoubt: _mended, ...details } = item.details;
    return { ...item, details: { ...details, ...changes } };
  };
  parts.store.together(() => {
    // That the newest point had got too old is reported, though it was for the time that this took.
    const well = wellOf(noteRpo(parts, before));
    putItem(parts.store, well);
    if (mended) {
      addEvent(parts.store, {
        type: "VmHealth",
        code: "ReplicationRecovered",
        severity: "OK",
        description: `${nameOf(itemId)}: replicates again`,
        targetId: itemId,
        at: parts.clock.now(),
      });
    }
    noteRpo(parts, well);
  });
}

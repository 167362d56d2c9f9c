/** Events of resyncs: one when a marked machine begins to wait for the end of office hours (HW-4d), one when it is done. */
import { nameOf } from "../../arm-id.ts";
import { addEvent } from "../../store/events.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ReplicaDoubt } from "../replication/replica-doubt.ts";
import type { ProtectedItem, ReplicationCycle } from "../../model/item.ts";

/** Each cycle meets the wait; it is reported once. The caller holds the item's lease. */
export function noteResyncWaits(parts: EngineParts, item: ProtectedItem, wait: string): void {
  if (item.details.resyncWaitsSince !== undefined) return;
  const at = parts.clock.now();
  parts.store.together(() => {
    putItem(parts.store, { ...item, details: { ...item.details, resyncWaitsSince: at } });
    addEvent(parts.store, {
      type: "VmHealth",
      code: "ResyncRequired",
      severity: "Warning",
      description: wait,
      targetId: item.id,
      at,
    });
  });
}

/**
 * Keeps with the item that its target is not what was written to it, with an event for each thing found; or that it is
 * again, when `doubt` is `undefined`. Returns the item as it is from now on. The caller holds its lease.
 */
export function noteReplicaDoubt(
  parts: EngineParts,
  item: ProtectedItem,
  doubt: ReplicaDoubt | undefined,
): ProtectedItem {
  const { replicaDoubt: before, ...rest } = item.details;
  if (doubt?.text === before) return item;
  const noted = { ...item, details: { ...rest, ...(doubt ? { replicaDoubt: doubt.text } : {}) } };
  parts.store.together(() => {
    putItem(parts.store, noted);
    if (doubt === undefined) return;
    addEvent(parts.store, {
      type: "VmHealth",
      code: "ReplicaNotAsWritten",
      severity: "Warning",
      description: `${nameOf(item.id)}: ${doubt.text}`,
      targetId: item.id,
      at: parts.clock.now(),
    });
  });
  return noted;
}

/** Keeps with the item why its changes alone are not enough, with an event for each thing found. The caller holds its lease. */
export function noteSourceDoubt(parts: EngineParts, itemId: string, text: string): void {
  const item = requireItem(parts, itemId);
  if (item.details.sourceDoubt === text) return;
  parts.store.together(() => {
    putItem(parts.store, { ...item, details: { ...item.details, sourceDoubt: text } });
    // It was reported when the resync began to wait.
    if (item.details.resyncWaitsSince !== undefined) return;
    addEvent(parts.store, {
      type: "VmHealth",
      code: "ResyncRequired",
      severity: "Warning",
      description: `${nameOf(itemId)}: ${text}; both sides are compared`,
      targetId: itemId,
      at: parts.clock.now(),
    });
  });
}

/** Both sides have been compared, and are equal as of the cycle's point. The caller holds the item's lease. */
export function noteResynchronized(parts: EngineParts, itemId: string, cycle: ReplicationCycle): void {
  const item = requireItem(parts, itemId);
  const { resyncWaitsSince: _over, sourceDoubt: _mended, ...details } = item.details;
  parts.store.together(() => {
    putItem(parts.store, { ...item, details });
    addEvent(parts.store, {
      type: "VmHealth",
      code: "Resynchronized",
      severity: "OK",
      description: `${nameOf(itemId)}: both sides were compared; ${cycle.blocksSent} blocks differed and were sent`,
      targetId: itemId,
      at: parts.clock.now(),
    });
  });
}

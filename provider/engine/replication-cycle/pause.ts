/**
 * Pausing an item's replication, for the time of a maintenance: no cycle runs, writes are noted all the same, and the
 * next cycle after it takes them along. It is a mark of the item and no state: Azure has no word for it, and what
 * may be done with the item stays what it was.
 */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { addEvent } from "../../store/events.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../job/job-definition.ts";
import { requireItem } from "../job/run-job.ts";
import type { ProtectedItem } from "../protected-item/item.ts";
import { stateFacts } from "../protected-item/states.ts";
import { withItem } from "../with-item.ts";

function note(parts: EngineParts, item: ProtectedItem, isPaused: boolean): void {
  parts.store.transaction(() => {
    putItem(parts.store, item);
    addEvent(parts.store, {
      type: "VmHealth",
      code: isPaused ? "ReplicationPaused" : "ReplicationResumed",
      severity: isPaused ? "Warning" : "OK",
      description: `${nameOf(item.id)}: replication was ${isPaused ? "paused" : "resumed"}`,
      targetId: item.id,
      at: parts.clock.now(),
    });
  });
}

/** Whether it was not paused before. Throws `ActionNotAllowed` for an item that does not replicate. */
export function pauseReplication(parts: EngineParts, itemId: string, progress: Progress): Promise<boolean> {
  return withItem(parts, itemId, "pause", progress, async () => {
    const item = requireItem(parts, itemId);
    if (item.details.pausedAt !== undefined) return false;
    if (!stateFacts[item.state].replicates) {
      const message = `${nameOf(itemId)} cannot be paused: ${stateFacts[item.state].description}. It does not replicate now.`;
      throw new SiteRecoveryError("ActionNotAllowed", message, { target: itemId });
    }
    note(parts, { ...item, details: { ...item.details, pausedAt: parts.clock.now() } }, true);
    return true;
  });
}

/** Whether it was paused before. */
export function resumeReplication(parts: EngineParts, itemId: string, progress: Progress): Promise<boolean> {
  return withItem(parts, itemId, "resume", progress, async () => {
    const item = requireItem(parts, itemId);
    const { pausedAt, ...details } = item.details;
    if (pausedAt === undefined) return false;
    note(parts, { ...item, details }, false);
    return true;
  });
}

/** Throws `ActionNotAllowed` for an item that is paused: its group waits with it, for the sake of shared points. */
export function requireRunning(item: ProtectedItem): void {
  if (item.details.pausedAt === undefined) return;
  const message = `${nameOf(item.id)}: ${pausedText(item)}.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: item.id });
}

/** What is said of an item that is paused. */
export function pausedText(item: ProtectedItem): string {
  const since = new Date(item.details.pausedAt!).toISOString();
  return `replication is paused since ${since}; \`siterecovery resume ${nameOf(item.id)}\` lets it go on`;
}

/**
 * Pausing an item's replication, for the time of a maintenance: no cycle runs, writes are noted all the same, and the
 * next cycle after it takes them along. It is a mark of the item and no state: Azure has no word for it, and what
 * may be done with the item stays what it was.
 */
import { nameOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { addEvent } from "../../store/events.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../../progress.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { stateFacts } from "../../model/states.ts";
import { withItem } from "../gate/with-item.ts";
import { replicatingGroupOf } from "../protected-item/replication-group.ts";
import { said } from "../../message.ts";

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
      const message = said`${nameOf(itemId)} cannot be paused: ${stateFacts[item.state].description}. It does not replicate now.`;
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

/** The item whose pause keeps one from replicating: itself, or one of its group, for the sake of shared points. */
export function pausedWith(parts: EngineParts, itemId: string): ProtectedItem | undefined {
  const item = requireItem(parts, itemId);
  return [item, ...replicatingGroupOf(parts, item)].find(({ details }) => details.pausedAt !== undefined);
}

/** Throws `ActionNotAllowed` for an item that is paused, or whose group is by one of its machines. */
export function requireRunning(parts: EngineParts, itemId: string): void {
  const paused = pausedWith(parts, itemId);
  if (!paused) return;
  const message = said`${nameOf(itemId)} was not replicated: ${pausedText(paused, itemId)}.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: itemId });
}

/** What is said of an item that is paused, by itself or with one of its group. */
export function pausedText(paused: ProtectedItem, itemId: string): string {
  const since = new Date(paused.details.pausedAt!).toISOString();
  const name = nameOf(paused.id);
  const what = sameId(paused.id, itemId)
    ? "replication is paused"
    : `it waits with the machines that share its recovery points: ${name} is paused`;
  return `${what} since ${since}; \`siterecovery resume ${name}\` resumes it`;
}

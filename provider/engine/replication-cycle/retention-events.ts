/** Events around retention: points that could not be dropped, and a clock that jumped, which retention must not follow. */
import { nameOf } from "../../arm-id.ts";
import { addEvent } from "../../store/events.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ReplicationCycle } from "../../model/item.ts";
import { jumpText } from "./jump-text.ts";

/** What came of a retention: why it failed, or how many points it has left to another identity. */
export type RetentionOutcome = { readonly failure: string } | { readonly leftCount: number };

/** Keeps with the item what came of its retention; one event for each change. The caller holds its lease. */
export function noteRetention(parts: EngineParts, itemId: string, outcome: RetentionOutcome): void {
  if ("leftCount" in outcome) noteLeftPoints(parts, itemId, outcome.leftCount);
  const failure = "failure" in outcome ? outcome.failure : undefined;
  const item = requireItem(parts, itemId);
  const { retentionFailure: before, ...details } = item.details;
  if (before === failure) return;
  parts.store.together(() => {
    const kept = failure === undefined ? details : { ...details, retentionFailure: failure };
    putItem(parts.store, { ...item, details: kept });
    const worked = "recovery points that the policy no longer keeps are dropped again";
    addEvent(parts.store, {
      type: "VmHealth",
      code: failure === undefined ? "RetentionRecovered" : "RetentionFailed",
      severity: failure === undefined ? "OK" : "Warning",
      description: `${nameOf(itemId)}: ${failure === undefined ? worked : `old recovery points were not dropped: ${failure}`}`,
      targetId: itemId,
      at: parts.clock.now(),
    });
  });
}

/** Not each cycle is an event: the first point that is left is one, until all of them were dropped. */
function noteLeftPoints(parts: EngineParts, itemId: string, count: number): void {
  const item = requireItem(parts, itemId);
  const { leftPoints: before, ...details } = item.details;
  if ((before?.count ?? 0) === count) return;
  const at = parts.clock.now();
  parts.store.together(() => {
    const left = count === 0 ? {} : { leftPoints: { count, since: before?.since ?? at } };
    putItem(parts.store, { ...item, details: { ...details, ...left } });
    if (before !== undefined || count === 0) return;
    const what =
      "old recovery points are left to another identity, since this one may not delete (mayDelete: false)";
    addEvent(parts.store, {
      type: "VmHealth",
      code: "RetentionLeft",
      severity: "OK",
      description: `${nameOf(itemId)}: ${what}: run \`siterecovery retention\` with that one`,
      targetId: itemId,
      at,
    });
  });
}

/** An event if the clock of this computer has jumped since the point before. */
export function noteClockJump(
  parts: EngineParts,
  itemId: string,
  { clockJumpMilliseconds: jump = 0 }: ReplicationCycle,
): void {
  if (jump === 0) return;
  parts.store.together(() =>
    addEvent(parts.store, {
      type: "VmHealth",
      code: "ClockJumped",
      severity: "Warning",
      description: `${nameOf(itemId)}: ${jumpText(jump)}`,
      targetId: itemId,
      at: parts.clock.now(),
    }),
  );
}

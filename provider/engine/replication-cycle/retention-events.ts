/** Events around retention: points that could not be dropped, and a clock that jumped, which retention must not follow. */
import { nameOf } from "../../arm-id.ts";
import { addEvent } from "../../store/events.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ReplicationCycle } from "../../model/item.ts";
import { jumpText } from "./jump-text.ts";

/** Keeps with the item why its retention failed, or that it worked; one event for each. The caller holds its lease. */
export function noteRetention(parts: EngineParts, itemId: string, failure: string | undefined): void {
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

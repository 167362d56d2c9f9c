/** The RPO alarm: how old an item's newest recovery point may get before an alarm. */
import { formatSeconds } from "../../format-seconds.ts";
import { nameOf } from "../../arm-id.ts";
import { addEvent } from "../../store/events.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { stateFacts } from "../../model/states.ts";
import { replicationRulesOf } from "./replication-rules.ts";

/** Without a threshold in its policy (Hyper-V has none): one cycle was missed. */
const lateIntervals = 2;
const defaultIntervalSeconds = 300;

/** An RPO of more seconds than this is an alarm. */
export function rpoThresholdSeconds(parts: EngineParts, itemId: string): number {
  const rules = replicationRulesOf(parts, itemId);
  return rules?.rpoThresholdMinutes === undefined
    ? lateIntervals * (rules?.intervalSeconds ?? defaultIntervalSeconds)
    : rules.rpoThresholdMinutes * 60;
}

/**
 * Notes that the RPO is over its threshold, or no more, with an event for each. Called when a cycle has ended, well or
 * not; the caller holds the item's lease and writes within a transaction. Returns the item as it is from now on.
 */
export function noteRpo(parts: EngineParts, item: ProtectedItem): ProtectedItem {
  const { lastCycle, rpoAlarmAt } = item.details;
  if (!lastCycle || !stateFacts[item.state].replicates) return item;
  const now = parts.clock.now();
  const seconds = Math.max(0, Math.round((now - lastCycle.takenAt) / 1000));
  const threshold = rpoThresholdSeconds(parts, item.id);
  const isLate = seconds > threshold;
  if (isLate === (rpoAlarmAt !== undefined)) return item;
  const { rpoAlarmAt: _over, ...rest } = item.details;
  const noted: ProtectedItem = { ...item, details: isLate ? { ...rest, rpoAlarmAt: now } : rest };
  putItem(parts.store, noted);
  const than = `${formatSeconds(threshold)}, the threshold of its policy`;
  addEvent(parts.store, {
    type: "VmHealth",
    code: isLate ? "RpoThresholdExceeded" : "RpoWithinThreshold",
    severity: isLate ? "Warning" : "OK",
    description: `${nameOf(item.id)}: the newest recovery point is ${formatSeconds(seconds)} old, ${isLate ? "more than" : "within"} ${than}`,
    targetId: item.id,
    at: now,
  });
  return noted;
}

/** When a machine that is marked for resync (HW-4b) may be compared: outside of office hours by default (HW-4d). */
import type { PolicyInputs } from "../../kinds/policy.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import { findThing } from "../../store/things.ts";
import { endOfHours, isWithinHours, localTime, type WeeklyHours, weekdays } from "../../weekly-hours.ts";
import type { RecoveryPoint } from "../../replica/recovery-point.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { protectionOf } from "../protected-item/protection.ts";
import { lookAtSource } from "./look-at-source.ts";

/** Hyper-V Replica resynchronises between 18:30 and 6:00 unless told otherwise; the rest of each day is office hours. */
const defaultHours = { days: weekdays, from: "06:00", to: "18:30" } as const;

/** The office hours of an item's policy; by default those of the place where the engine runs. */
export function officeHoursOf(parts: EngineParts, itemId: string): WeeklyHours {
  const policyId = findThing<ItemInputs>(parts.store, itemId)?.inputs.properties?.policyId;
  const given = findThing<PolicyInputs>(parts.store, policyId ?? "")?.inputs.officeHours;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return { ...defaultHours, timeZone, ...given };
}

/** Whether the target, or a disk of the side that the machine runs at, is marked for resync; no when it cannot be read. */
export async function isMarkedForResync(
  parts: EngineParts,
  item: ProtectedItem,
  newest: RecoveryPoint | undefined,
): Promise<boolean> {
  return (
    item.details.replicaDoubt !== undefined || (await lookAtSource(parts, item, newest)).doubts.length > 0
  );
}

/**
 * When the resync of a marked machine starts by itself, if that is not now: milliseconds since 1970. Given the newest
 * recovery point, a machine whose changes do not continue it is marked as well.
 */
export async function resyncWaitsUntil(
  parts: EngineParts,
  item: ProtectedItem,
  newest?: RecoveryPoint,
): Promise<number | undefined> {
  const now = parts.clock.now();
  const hours = officeHoursOf(parts, item.id);
  const inputs = findThing<ItemInputs>(parts.store, item.id)?.inputs;
  const isByHand = inputs !== undefined && protectionOf(inputs).resyncsByHand === true;
  if (!(isByHand || isWithinHours(hours, now)) || !(await isMarkedForResync(parts, item, newest)))
    return undefined;
  return isByHand ? Infinity : (endOfHours(hours, now) ?? Infinity);
}

/** What people read of a resync that waits. Times are in the zone of the office hours. */
export function waitText(machineName: string, waitsUntil: number, { timeZone }: WeeklyHours): string {
  const when = Number.isFinite(waitsUntil)
    ? `when office hours end, ${localTime(waitsUntil, timeZone)}`
    : "by hand only (its office hours never end, or performAutoResync is false)";
  return (
    `${machineName} is marked for resync, which starts ${when}; its changes are kept. ` +
    "`siterecovery replicate --resync` starts it now"
  );
}

/**
 * What is due now, of all that is protected. The store keeps the time of each item until something changes that it
 * was computed from, so that a turn of the schedule costs what is due or has changed, and not what is there.
 */
import { findItem } from "../../store/protected-items.ts";
import { idKey } from "../../arm-id.ts";
import {
  comingItems,
  type DueTime as KeptTime,
  dueItems as dueInStore,
  itemsWithoutDueTime,
  keepDueTimes,
} from "../../store/due-times.ts";
import { withSettings } from "../../store/settings.ts";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../../model/item.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import { dueTimeOf } from "./due-at.ts";
import { groupKeyOf, replicatingGroupOf } from "../protected-item/replication-group.ts";
import { lookAgainMilliseconds, type ScheduledItem } from "./run-schedule.ts";

/** Times that are written in one transaction: another process's change makes no more than these be computed again. */
const timesTogether = 64;

/** Which items are followed. */
export type IsFollowed = (id: string) => boolean;

/** The machines of a group have their cycles together: the first followed one represents them. */
function standsForGroup(parts: EngineParts, item: ProtectedItem, isFollowed: IsFollowed): boolean {
  const group = replicatingGroupOf(parts, item);
  const first = group.find(({ id }) => isFollowed(id));
  return first === undefined || first.id === item.id || !group.some(({ id }) => id === item.id);
}

/** What the store keeps of an item: its time, or when to look again at what changes without the store. */
async function keptTimeOf(parts: EngineParts, item: ProtectedItem): Promise<KeptTime> {
  const { at = Infinity, holds } = await dueTimeOf(parts, item);
  const lookAgainAt = parts.clock.now() + lookAgainMilliseconds;
  const policyId = findThing<ItemInputs>(parts.store, item.id)?.inputs.properties?.policyId;
  return {
    id: item.id,
    dueAt: holds ? at : Math.min(at, lookAgainAt),
    isShared: groupKeyOf(parts, item) !== idKey(item.id),
    policyId: policyId ?? "",
  };
}

/** Computes the times of items and keeps them; returns those that could not be kept. */
async function computeTimes(parts: EngineParts, ids: readonly string[]): Promise<ScheduledItem[]> {
  const unkept: ScheduledItem[] = [];
  for (let start = 0; start < ids.length; start += timesTogether) {
    const times: KeptTime[] = [];
    // Settings are looked at after `keepDueTimes` has begun to watch for changes.
    const compute = async (): Promise<readonly KeptTime[]> => {
      for (const id of ids.slice(start, start + timesTogether)) {
        const item = findItem(parts.store, id);
        if (item) times.push(await keptTimeOf(parts, item));
      }
      return times;
    };
    const isKept = await keepDueTimes(parts.store, parts.clock.now(), () =>
      withSettings(parts.store, compute),
    );
    if (!isKept) unkept.push(...times);
  }
  return unkept;
}

/**
 * Of the items that are followed, all that are due or, where there are more, at least so many of the longest due; and
 * the one that is due next. What the store keeps is computed again before it is taken for due.
 */
export async function dueItems(
  parts: EngineParts,
  isFollowed: IsFollowed,
  atLeast: number,
): Promise<ScheduledItem[]> {
  const now = parts.clock.now();
  const unkept = await computeTimes(parts, itemsWithoutDueTime(parts.store, now).filter(isFollowed));
  const due: ScheduledItem[] = [];
  const moved: string[] = [];
  for (const id of dueInStore(parts.store, now)) {
    if (due.length >= atLeast) break;
    const item = isFollowed(id) ? findItem(parts.store, id) : undefined;
    if (!item) continue;
    const { at } = await withSettings(parts.store, () => dueTimeOf(parts, item));
    const isDue = at !== undefined && at <= now;
    if (isDue && standsForGroup(parts, item, isFollowed)) due.push({ id, dueAt: at });
    if (!isDue) moved.push(id);
  }
  unkept.push(...(await computeTimes(parts, moved)));
  const waiting = unkept.filter(({ id }) => {
    const item = findItem(parts.store, id);
    return item !== undefined && standsForGroup(parts, item, isFollowed);
  });
  const next: ScheduledItem[] = [];
  for (const item of comingItems(parts.store, now)) {
    if (!isFollowed(item.id)) continue;
    next.push(item);
    break;
  }
  return [...due, ...waiting, ...next];
}

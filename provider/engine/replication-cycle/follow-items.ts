import { idKey } from "../../arm-id.ts";
import { forgetDueTimes } from "../../store/due-times.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireItem } from "../job/run-job.ts";
import type { ProtectedItem } from "../protected-item/item.ts";
import { itemNow } from "../protected-item/item-now.ts";
import { dueItems } from "./due-items.ts";
import { runSchedule } from "./run-schedule.ts";

/** The schedule over the store's items: those of the given ids, or all there are at the time. */
export function followItems(
  parts: EngineParts,
  run: (item: ProtectedItem) => Promise<void>,
  options: { ids?: readonly string[]; signal: AbortSignal },
): Promise<void> {
  const wanted = options.ids && new Set(options.ids.map(idKey));
  const isFollowed = (id: string): boolean => wanted?.has(idKey(id)) ?? true;
  // Another version, or one in another time zone, may have computed them.
  forgetDueTimes(parts.store);
  return runSchedule({
    clock: parts.clock,
    limit: parts.copiesMax,
    signal: options.signal,
    items: (atLeast) => dueItems(parts, isFollowed, atLeast),
    run: async (id) => {
      const before = requireItem(parts, id);
      await run(before);
      return JSON.stringify(itemNow(parts, id)) !== JSON.stringify(before);
    },
  });
}

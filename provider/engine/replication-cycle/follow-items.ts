import { idKey } from "../../arm-id.ts";
import { findItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireItem } from "../job/run-job.ts";
import type { ItemDetails, ProtectedItem } from "../protected-item/item.ts";
import { listItemThings } from "../protected-item/item-things.ts";
import type { ItemState } from "../protected-item/states.ts";
import { dueAt } from "./due-at.ts";
import { replicatingGroupOf } from "./replication-group.ts";
import { runSchedule } from "./run-schedule.ts";

/** The machines of a group have their cycles together: the first of those that are followed stands for them. */
function isFirstOfGroup(parts: EngineParts, item: ProtectedItem, all: readonly ProtectedItem[]): boolean {
  const group = replicatingGroupOf(parts, item);
  const first = group.find((other) => all.some(({ id }) => id === other.id));
  return first === undefined || first.id === item.id || !group.some(({ id }) => id === item.id);
}

/** The schedule over the store's items: those of the given ids, or all there are at the time. */
export function followItems(
  parts: EngineParts,
  run: (item: ProtectedItem) => Promise<void>,
  options: { ids?: readonly string[]; signal: AbortSignal },
): Promise<void> {
  const wanted = options.ids && new Set(options.ids.map(idKey));
  const find = (id: string): ProtectedItem | undefined =>
    findItem<ItemState, ItemDetails>(parts.store, id) as ProtectedItem | undefined;
  const items = (): ProtectedItem[] =>
    listItemThings(parts)
      .filter(({ id }) => wanted?.has(idKey(id)) ?? true)
      .flatMap(({ id }) => find(id) ?? []);
  return runSchedule({
    clock: parts.clock,
    limit: parts.copiesMax,
    signal: options.signal,
    items: () => {
      const all = items();
      return all
        .filter((item) => isFirstOfGroup(parts, item, all))
        .map((item) => ({ id: item.id, dueAt: dueAt(parts, item) }));
    },
    run: async (id) => {
      const before = requireItem(parts, id);
      await run(before);
      return JSON.stringify(find(id)) !== JSON.stringify(before);
    },
  });
}

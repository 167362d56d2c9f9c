import { findItem } from "../../store/protected-items.ts";
import { idKey } from "../../arm-id.ts";
import { findDrillSchedule } from "../../store/drill-schedules.ts";
import { forgetDueTimes } from "../../store/due-times.ts";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { dueDrills } from "../drill/due-drills.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { dueItems } from "../replication-cycle/due-items.ts";
import { runSchedule } from "../replication-cycle/run-schedule.ts";

export interface FollowOptions {
  /** Ids of items that are followed; a drill is if all of its machines are. Default all there are at the time. */
  readonly ids?: readonly string[];
  /** Runs a drill that is due; without it drills wait. What it throws ends the service. */
  readonly runDrill?: (drillId: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** The schedule over the store's items and drills. */
export function followItems(
  parts: EngineParts,
  run: (item: ProtectedItem) => Promise<void>,
  { ids, runDrill, signal }: FollowOptions,
): Promise<void> {
  const wanted = ids && new Set(ids.map(idKey));
  const isFollowed = (id: string): boolean => wanted?.has(idKey(id)) ?? true;
  const stateOf = (id: string): string =>
    JSON.stringify(findItem(parts.store, id) ?? findDrillSchedule(parts.store, id) ?? null);
  // Another version, or one in another time zone, may have computed them.
  forgetDueTimes(parts.store);
  return runSchedule({
    clock: parts.clock,
    limit: parts.copiesMax,
    signal,
    items: async (atLeast) => [
      ...(await dueItems(parts, isFollowed, atLeast)),
      ...(runDrill ? dueDrills(parts, isFollowed) : []),
    ],
    run: async (id) => {
      const before = stateOf(id);
      const isDrill = findThing(parts.store, id)?.kind === "drill";
      await (isDrill ? runDrill!(id) : run(requireItem(parts, id)));
      return stateOf(id) !== before;
    },
  });
}

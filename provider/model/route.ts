/** The way of a machine to a side, found in the table of transitions: which steps lead there, in order. */
import type { ActiveLocation } from "../kinds/protected-item.ts";
import { type FailoverKind, flows } from "./flows.ts";
import type { ProtectedItem } from "./item.ts";
import type { ItemState } from "./states.ts";
import { type ItemAction, nextState } from "./transitions.ts";

/** The states in which a move to a side has nothing left to do. */
const ends: Readonly<Record<ActiveLocation, readonly ItemState[]>> = {
  primary: ["Protected"],
  recovery: ["PlannedFailoverCommitted", "UnplannedFailoverCommitted", "ReverseProtected"],
};

const failoverSteps = { planned: "PlannedFailover", unplanned: "UnplannedFailover" } as const;

/** The steps of a move. Cancelling a failover or migrating also changes the side, but only when asked for by name. */
function stepsOfMove(kind: FailoverKind): readonly ItemAction[] {
  return ["Commit", "Failback", "ReverseReplicate", failoverSteps[kind]];
}

/**
 * The shortest way of an item to a side, with failovers of `kind`: empty if it is there, or if there is no way. Whether its
 * first step is allowed now is not looked at, so that the refusal of that step says why it is not.
 */
export function routeTo(
  side: ActiveLocation,
  { state, details }: Pick<ProtectedItem, "state" | "details">,
  kind: FailoverKind,
): readonly ItemAction[] {
  const flow = flows[details.flow];
  const seen = new Set<ItemState>([state]);
  let ways: { readonly at: ItemState; readonly steps: readonly ItemAction[] }[] = [{ at: state, steps: [] }];
  while (ways.length > 0) {
    const arrived = ways.find(({ at }) => ends[side].includes(at));
    if (arrived) return arrived.steps;
    ways = ways.flatMap(({ at, steps }) =>
      stepsOfMove(kind).flatMap((step) => {
        const next = nextState(flow, at, step);
        if (next === undefined || next === "absent" || seen.has(next)) return [];
        seen.add(next);
        return [{ at: next, steps: [...steps, step] }];
      }),
    );
  }
  return [];
}

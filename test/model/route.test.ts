import { expect, it } from "vitest";
import { type FailoverKind, type FlowId, flows } from "../../provider/model/flows.ts";
import type { ItemDetails } from "../../provider/model/item.ts";
import { routeTo } from "../../provider/model/route.ts";
import { type ItemState, itemStates } from "../../provider/model/states.ts";
import { nextState } from "../../provider/model/transitions.ts";

const itemAt = (flow: FlowId, state: ItemState) => ({ state, details: { flow } as ItemDetails });

/** The states that moves of a kind bring an item of a flow to. */
function reached(flow: FlowId, kind: FailoverKind): ItemState[] {
  const there: ItemState[] = ["Protected"];
  for (const state of there) {
    for (const step of kind === "planned"
      ? (["PlannedFailover", "Commit", "Failback", "ReverseReplicate"] as const)
      : (["UnplannedFailover", "Commit", "Failback", "ReverseReplicate"] as const)) {
      const next = nextState(flows[flow], state, step);
      if (next !== undefined && next !== "absent" && !there.includes(next)) there.push(next);
    }
  }
  return there;
}

const moves = Object.values(flows).flatMap(({ id, failoverKinds }) =>
  failoverKinds.map((kind) => ({ flow: id, kind })),
);

it.each(moves)("a way of $flow by $kind failovers ends at the side that is asked for", ({ flow, kind }) => {
  const states = reached(flow, kind);
  expect(states.length).toBeGreaterThan(4);
  for (const side of ["primary", "recovery"] as const) {
    for (const from of states) {
      let at: ItemState = from;
      for (const step of routeTo(side, itemAt(flow, from), kind)) {
        const next = nextState(flows[flow], at, step);
        expect(next, `${step} from ${at}`).toBeDefined();
        at = next as ItemState;
      }
      const isEnd =
        side === "primary" ? at === "Protected" : /^[A-Z]\w+Committed$|^ReverseProtected$/.test(at);
      expect(isEnd && at !== "FailbackCommitted", `${from} to ${side} ended at ${at}`).toBe(true);
    }
  }
});

it.each<[FlowId, FailoverKind, ItemState, "primary" | "recovery", string[]]>([
  ["S3", "planned", "Protected", "recovery", ["PlannedFailover", "Commit"]],
  ["S3", "planned", "UnplannedFailoverCommitted", "primary", ["Failback", "Commit", "ReverseReplicate"]],
  [
    "S3",
    "planned",
    "FailbackCommitPending",
    "recovery",
    ["Commit", "ReverseReplicate", "PlannedFailover", "Commit"],
  ],
  [
    "S1",
    "unplanned",
    "UnplannedFailoverCommitPending",
    "primary",
    ["Commit", "ReverseReplicate", "UnplannedFailover", "Commit", "ReverseReplicate"],
  ],
  [
    "S6",
    "planned",
    "PlannedFailoverCommitPending",
    "primary",
    ["Commit", "PlannedFailover", "Commit", "ReverseReplicate"],
  ],
  ["S6", "planned", "PlannedFailoverCommitPending", "recovery", ["Commit"]],
  ["M1", "unplanned", "Protected", "recovery", []],
])("%s by %s failovers from %s to %s", (flow, kind, from, side, steps) => {
  expect(routeTo(side, itemAt(flow, from), kind)).toEqual(steps);
});

it("is empty at its end, and before the initial replication", () => {
  const idle = itemStates.filter((state) => routeTo("primary", itemAt("S3", state), "planned").length === 0);
  expect(idle).toEqual(["EnablingReplication", "Protected", "ReverseProtected", "Migrated"]);
});

import { describe, expect, it } from "vitest";
import { flows, type FlowId } from "../../provider/model/flows.ts";
import { allowedActions, isAllowed, requireAllowed } from "../../provider/model/allowed-actions.ts";
import { stepTitles } from "../../provider/model/commands.ts";
import type { ProtectedItem } from "../../provider/model/item.ts";
import { type ItemState, itemStates, stateFacts } from "../../provider/model/states.ts";
import { type ItemStep, itemActions, nextState, transitions } from "../../provider/model/transitions.ts";

const steps: readonly ItemStep[] = [...itemActions, "FinalizeProtection"];
const flowIds = Object.keys(flows) as FlowId[];

function itemIn(
  state: ProtectedItem["state"],
  flow: FlowId = "S3",
  testFailoverState: ProtectedItem["testFailoverState"] = "None",
): ProtectedItem {
  return {
    id: "/subscriptions/s/resourceGroups/g/providers/p/vaults/v/replicationProtectedItems/web1",
    state,
    activeLocation: "primary",
    testFailoverState,
    details: {
      flow,
      replicaId: "r",
      machineName: "web1",
      definition: {} as ProtectedItem["details"]["definition"],
      disks: [],
      replicaStoreId: "a",
      initialReplicationPercent: 100,
    },
  };
}

function isRefused(item: ProtectedItem, step: ItemStep): boolean {
  try {
    requireAllowed(item, step);
    return false;
  } catch (error) {
    expect((error as { code: string }).code).toBe("ActionNotAllowed");
    expect((error as Error).message).toContain(`The ${stepTitles[step]} of web1 is not allowed now`);
    expect((error as Error).message).toContain("Allowed now: ");
    return true;
  }
}

/** States that a machine of a flow can be in at all. */
function statesOf(flowId: FlowId): Set<ItemState> {
  const seen = new Set<ItemState>(["EnablingReplication"]);
  for (const state of seen) {
    for (const step of steps) {
      const next = isAllowed(itemIn(state, flowId), step) && nextState(flows[flowId], state, step);
      if (next && next !== "absent") seen.add(next);
    }
  }
  return seen;
}

describe.each(flowIds)("the table of transitions in flow %s", (flowId) => {
  const flow = flows[flowId];

  it("allows in each state what the table names and refuses everything else, with a message", () => {
    for (const state of itemStates) {
      for (const step of steps) {
        const inTable = nextState(flow, state, step) !== undefined && step !== "TestFailoverCleanup";
        const isPlanned = step === "PlannedFailover" && !flow.failoverKinds.includes("planned");
        expect(isRefused(itemIn(state, flowId), step), `${step} in ${state}`).toBe(!inTable || isPlanned);
      }
    }
  });

  it("has one way on for each state and action", () => {
    for (const state of itemStates) {
      for (const step of steps) {
        const rows = transitions.filter(
          (row) => row.from === state && row.step === step && nextState(flow, state, step) === row.to,
        );
        expect(rows.length).toBeLessThanOrEqual(1);
      }
    }
  });

  // A migration is one way: it ends where the machine is migrated.
  const end = flow.purpose === "migration" ? "Migrated" : "Protected";

  it(`leaves no state without a way out that leads to ${end}`, () => {
    for (const state of statesOf(flowId)) {
      const seen = new Set<ItemState>([state]);
      for (const from of seen) {
        for (const step of steps) {
          const next = isAllowed(itemIn(from, flowId), step) && nextState(flow, from, step);
          if (next && next !== "absent") seen.add(next);
        }
      }
      expect(seen.has(end), `a way from ${state} to ${end}`).toBe(true);
    }
  });
});

describe("what the flows allow", () => {
  it("[HW-3] a test failover once protection is finalised, and not before", () => {
    expect(isRefused(itemIn("EnablingReplication"), "TestFailover")).toBe(true);
    expect(isRefused(itemIn("Protected"), "TestFailover")).toBe(false);
  });

  it("nothing but the clean-up while a test failover is pending", () => {
    expect(allowedActions(itemIn("Protected", "S3", "WaitingForCompletion"))).toEqual([
      "TestFailoverCleanup",
    ]);
  });

  it("[H2F-1] [SEC-4] planned and unplanned failovers of Hyper-V machines", () => {
    for (const flow of ["S3", "S4", "S6"] as const) {
      expect(allowedActions(itemIn("Protected", flow))).toEqual([
        "PlannedFailover",
        "UnplannedFailover",
        "TestFailover",
        "RepairReplication",
        "DisableProtection",
      ]);
    }
  });

  it("[V2F-1] no planned failover of VMware and physical machines", () => {
    for (const flow of ["S1", "S2", "S5"] as const) {
      expect(allowedActions(itemIn("Protected", flow))).toEqual([
        "UnplannedFailover",
        "TestFailover",
        "RepairReplication",
        "DisableProtection",
      ]);
      expect(isRefused(itemIn("ReverseProtected", flow), "PlannedFailover")).toBe(true);
    }
  });

  it("[HW-5b] [SEC-6] a commit, another recovery point, or a way back after a failover", () => {
    for (const state of ["PlannedFailoverCommitPending", "UnplannedFailoverCommitPending"] as const) {
      const expected = ["ChangePit", "CancelFailover", "Commit", "DisableProtection"];
      expect(allowedActions(itemIn(state))).toEqual(expected);
      expect(allowedActions(itemIn(state, "S6"))).toEqual(expected);
    }
    expect(stateFacts.PlannedFailoverCommitPending.protectionState).toBe("PlannedFailoverCommitRequired");
  });

  it("[SEC-5] protection after a planned failover between VMM sites, and none after an unplanned one", () => {
    expect(nextState(flows.S6, "PlannedFailoverCommitPending", "Commit")).toBe("ReverseProtected");
    expect(nextState(flows.S6, "UnplannedFailoverCommitPending", "Commit")).toBe(
      "UnplannedFailoverCommitted",
    );
    expect(stateFacts.ReverseProtected.replicates).toBe(true);
    expect(stateFacts.UnplannedFailoverCommitted.replicates).toBe(false);
  });

  it("the flow's own way back: a failback from Azure, or replication in the other direction", () => {
    expect(allowedActions(itemIn("UnplannedFailoverCommitted", "S3"))).toEqual([
      "Failback",
      "DisableProtection",
    ]);
    expect(allowedActions(itemIn("UnplannedFailoverCommitted", "S1"))).toEqual([
      "ReverseReplicate",
      "DisableProtection",
    ]);
  });
});

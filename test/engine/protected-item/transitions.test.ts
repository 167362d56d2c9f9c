import { describe, expect, it } from "vitest";
import { allowedActions, requireAllowed } from "../../../provider/engine/protected-item/allowed-actions.ts";
import type { ProtectedItem } from "../../../provider/engine/protected-item/item.ts";
import { itemStates, stateFacts } from "../../../provider/engine/protected-item/states.ts";
import {
  type ItemStep,
  itemActions,
  transitions,
} from "../../../provider/engine/protected-item/transitions.ts";

const steps: readonly ItemStep[] = [...itemActions, "FinalizeProtection"];

function itemIn(
  state: ProtectedItem["state"],
  testFailoverState: ProtectedItem["testFailoverState"] = "None",
): ProtectedItem {
  return {
    id: "/subscriptions/s/resourceGroups/g/providers/p/vaults/v/replicationProtectedItems/web1",
    state,
    activeLocation: "primary",
    testFailoverState,
    details: {
      flow: "S3",
      replicaId: "r",
      machineName: "web1",
      definition: {} as ProtectedItem["details"]["definition"],
      disks: [],
      storageAccountId: "a",
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
    expect((error as Error).message).toContain(`${step} of web1 is not allowed now`);
    expect((error as Error).message).toContain("Allowed: ");
    return true;
  }
}

describe("the table of transitions", () => {
  it("allows in each state what the table names and refuses everything else, with a message", () => {
    for (const state of itemStates) {
      for (const step of steps) {
        const expected = transitions[state][step] === undefined || step === "TestFailoverCleanup";
        expect(isRefused(itemIn(state), step), `${step} in ${state}`).toBe(expected);
      }
    }
  });

  it("[HW-3] allows a test failover once protection is finalised, and not before", () => {
    expect(isRefused(itemIn("EnablingReplication"), "TestFailover")).toBe(true);
    expect(isRefused(itemIn("Protected"), "TestFailover")).toBe(false);
  });

  it("locks everything but the clean-up while a test failover is pending", () => {
    expect(allowedActions(itemIn("Protected", "WaitingForCompletion"))).toEqual(["TestFailoverCleanup"]);
  });

  it("[H2F-1] lets a Hyper-V machine fail over planned or unplanned", () => {
    expect(allowedActions(itemIn("Protected"))).toEqual([
      "PlannedFailover",
      "UnplannedFailover",
      "TestFailover",
      "DisableProtection",
    ]);
  });

  it("[HW-5b] leaves a failed-over machine in commit pending until it is committed", () => {
    for (const state of ["PlannedFailoverCommitPending", "UnplannedFailoverCommitPending"] as const) {
      expect(allowedActions(itemIn(state))).toEqual(["Commit", "DisableProtection"]);
    }
    expect(transitions.Protected.PlannedFailover).toBe("PlannedFailoverCommitPending");
    expect(stateFacts.PlannedFailoverCommitPending.protectionState).toBe("PlannedFailoverCommitRequired");
  });

  it("leaves no state without a way out that leads back to Protected", () => {
    for (const state of itemStates) {
      const seen = new Set<string>([state]);
      const waiting: (typeof itemStates)[number][] = [state];
      while (waiting.length > 0) {
        for (const next of Object.values(transitions[waiting.pop()!])) {
          if (next === "absent" || seen.has(next)) continue;
          seen.add(next);
          waiting.push(next);
        }
      }
      expect(seen.has("Protected"), `a way from ${state} to Protected`).toBe(true);
    }
  });
});

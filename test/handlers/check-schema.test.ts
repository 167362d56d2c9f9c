import { describe, expect, test } from "vitest";
import { checkSchema } from "../../provider/handlers/check-schema.ts";
import { unknownValue } from "../../provider/handlers/handler.ts";
import { cases, customDetails, plan, policy, scope } from "./check-schema-cases.ts";

describe("checkSchema", () => {
  test("takes a full set of arguments", () => {
    const settings = {
      recoveryPointHistoryDuration: 24,
      applicationConsistentSnapshotFrequencyInHours: 12,
      replicationInterval: 900,
      onlineReplicationStartTime: "2026-01-31T22:00:00+01:00",
      storageAccounts: ["/subscriptions/0/resourceGroups/rg"],
    };
    expect(checkSchema("policy", policy(settings))).toEqual([]);
    expect(checkSchema("recovery-plan", plan({ instanceType: "ManualActionDetails" }))).toEqual([]);
  });

  test.each(cases)("%s", (_title, kind, inputs, failure) => {
    expect(checkSchema(kind, inputs)).toEqual([failure]);
  });

  test("settings of another replication provider are one failure, not one for each of them", () => {
    const settings = { instanceType: "A2A", multiVmSyncStatus: "Enable", recoveryPointHistory: 1440 };
    expect(checkSchema("policy", policy(settings))).toEqual([
      {
        property: "properties.providerSpecificInput.instanceType",
        reason:
          "instanceType 'A2A' is not supported here; use HyperVReplicaAzure, InMageAzureV2, InMage, HyperVReplica2012R2 or VMwareCbt",
      },
    ]);
  });

  test("a step of a kind that is not carried out is one failure", () => {
    expect(
      checkSchema("recovery-plan", plan({ instanceType: "AutomationRunbookActionDetails", runbookId: "x" })),
    ).toEqual([
      {
        property: `${customDetails}.instanceType`,
        reason:
          "instanceType 'AutomationRunbookActionDetails' is not supported here; use ScriptActionDetails or ManualActionDetails",
      },
    ]);
    expect(checkSchema("recovery-plan", plan({}))).toEqual([
      {
        property: `${customDetails}.instanceType`,
        reason: "is required and is missing; use ScriptActionDetails or ManualActionDetails",
      },
    ]);
  });

  test("within a step only what is wrong with that step's own kind is told", () => {
    const step = { instanceType: "ScriptActionDetails", pth: "stop.sh", fabricLocation: "Primary" };
    expect(checkSchema("recovery-plan", plan(step))).toEqual([
      { property: `${customDetails}.path`, reason: "is required and is missing" },
      { property: `${customDetails}.pth`, reason: "unknown property 'pth'; did you mean 'path'?" },
    ]);
  });

  test("tells all that is wrong at once", () => {
    const failures = checkSchema(
      "policy",
      policy({ replicationInterval: 1 }, { resourceName: "-", extra: 1 }),
    );
    expect(failures.map(({ property }) => property).sort()).toEqual([
      "extra",
      "properties.providerSpecificInput.replicationInterval",
      "resourceName",
    ]);
  });

  test("what is not known yet never fails, wherever it stands", () => {
    const unknown = policy(
      { instanceType: unknownValue, replicationInterval: unknownValue, storageAccounts: [unknownValue] },
      { resourceName: unknownValue, policyName: unknownValue },
    );
    expect(checkSchema("policy", unknown)).toEqual([]);
    expect(checkSchema("policy", { ...scope, properties: unknownValue })).toEqual([]);
    expect(checkSchema("recovery-plan", plan({ instanceType: unknownValue }))).toEqual([]);
    expect(checkSchema("recovery-plan", plan(unknownValue))).toEqual([]);
    expect(checkSchema("vault", { resourceGroupName: "rg", tags: { owner: unknownValue } })).toEqual([]);
  });

  test("what is known is still checked beside what is not", () => {
    const inputs = policy({ replicationInterval: 7 }, { resourceName: unknownValue });
    expect(checkSchema("policy", inputs)).toHaveLength(1);
  });
});

import type { CheckFailure } from "../../provider/handlers/handler.ts";
import type { KindName } from "../../provider/kinds/kind.ts";

const id = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v1";
export const scope = { resourceGroupName: "rg", resourceName: "vault-1" };

/** Arguments of a policy. */
export function policy(settings: object, rest: object = {}): object {
  const providerSpecificInput = { instanceType: "HyperVReplicaAzure", ...settings };
  return { ...scope, ...rest, properties: { providerSpecificInput } };
}

/** Arguments of a recovery plan with one step. */
export function plan(customDetails: unknown): object {
  const action = {
    actionName: "step",
    failoverTypes: ["TestFailover"],
    failoverDirections: ["PrimaryToRecovery"],
  };
  const groups = [
    { groupType: "Boot" },
    { groupType: "Boot", startGroupActions: [{ ...action, customDetails }] },
  ];
  return { ...scope, properties: { primaryFabricId: id, recoveryFabricId: "Microsoft Azure", groups } };
}

export const customDetails = "properties.groups[1].startGroupActions[0].customDetails";

/** What is wrong, in arguments of which kind, and the one thing that is to be said about it. */
export const cases: readonly [
  title: string,
  kind: KindName,
  inputs: object,
  failure: Pick<CheckFailure, "property" | "reason">,
][] = [
  [
    "a misspelt key",
    "policy",
    { ...scope, polcyName: "gold" },
    { property: "polcyName", reason: "unknown property 'polcyName'; did you mean 'policyName'?" },
  ],
  [
    "the name of a union's member in another language's case",
    "policy",
    { ...scope, properties: { providerSpecificInput: { instance_type: "HyperVReplicaAzure" } } },
    {
      property: "properties.providerSpecificInput.instance_type",
      reason: "unknown property 'instance_type'; names are written in camel case: write 'instanceType'",
    },
  ],
  [
    "a key in another language's case beside the right one",
    "policy",
    {
      ...scope,
      properties: {
        providerSpecificInput: { instanceType: "HyperVReplicaAzure", instance_type: "HyperVReplicaAzure" },
      },
    },
    {
      property: "properties.providerSpecificInput.instance_type",
      reason: "unknown property 'instance_type'; 'instanceType' is given as well: leave this one out",
    },
  ],
  [
    "a key that is like no other",
    "drill",
    { ...scope, protectedItemId: id, networkId: id, zzz: 1 },
    {
      property: "zzz",
      reason:
        "unknown property 'zzz'; the known ones are resourceGroupName, resourceName, drillName, protectedItemId, recoveryPlanId, networkId, recoveryPoint, schedule",
    },
  ],
  [
    "a missing argument",
    "policy",
    { resourceGroupName: "rg" },
    { property: "resourceName", reason: "is required and is missing" },
  ],
  [
    "an interval between legal ones",
    "policy",
    policy({ replicationInterval: 60 }),
    {
      property: "properties.providerSpecificInput.replicationInterval",
      reason: "60 is not one of 30, 300 or 900; did you mean 30?",
    },
  ],
  [
    "a history in the wrong unit",
    "policy",
    policy({ recoveryPointHistoryDuration: 72 }),
    {
      property: "properties.providerSpecificInput.recoveryPointHistoryDuration",
      reason: "72 is out of range: 0 to 24 hours; the nearest legal value is 24",
    },
  ],
  [
    "a negative number",
    "policy",
    policy({ applicationConsistentSnapshotFrequencyInHours: -1 }),
    {
      property: "properties.providerSpecificInput.applicationConsistentSnapshotFrequencyInHours",
      reason: "-1 is out of range: 0 to 12 hours; the nearest legal value is 0",
    },
  ],
  [
    "a number in quotes",
    "policy",
    policy({ recoveryPointHistoryDuration: "4" }),
    {
      property: "properties.providerSpecificInput.recoveryPointHistoryDuration",
      reason: "'4' is not an integer; write 4 without quotes",
    },
  ],
  [
    "half an hour",
    "policy",
    policy({ recoveryPointHistoryDuration: 0.5 }),
    {
      property: "properties.providerSpecificInput.recoveryPointHistoryDuration",
      reason: "0.5 is not an integer",
    },
  ],
  [
    "a time without an offset",
    "policy",
    policy({ onlineReplicationStartTime: "tonight" }),
    {
      property: "properties.providerSpecificInput.onlineReplicationStartTime",
      reason: "'tonight' is not an ISO 8601 time with its offset such as 2026-01-31T22:00:00Z",
    },
  ],
  [
    "a name with an underscore",
    "vault",
    { resourceGroupName: "rg", vaultName: "my_vault" },
    {
      property: "vaultName",
      reason:
        "'my_vault' is not legal: names hold letters, digits and hyphens, begin and end with a letter or digit, " +
        "and have at least two characters; for example 'my-vault'",
    },
  ],
  [
    "an empty name",
    "vault",
    { resourceGroupName: "", vaultName: "v1" },
    { property: "resourceGroupName", reason: "is empty" },
  ],
  [
    "a storage account with capitals",
    "storage-account",
    {
      resourceGroupName: "rg",
      accountName: "My-Replicas",
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
    },
    {
      property: "accountName",
      reason:
        "'My-Replicas' is not legal: account names have 3 to 24 lower-case letters and digits and nothing else; " +
        "for example 'myreplicas'",
    },
  ],
  [
    "a name where an id is wanted",
    "drill",
    { ...scope, protectedItemId: "web-01", networkId: id },
    {
      property: "protectedItemId",
      reason:
        "'web-01' is not legal: an ARM id such as /subscriptions/…/resourceGroups/… is wanted; " +
        "pass the other resource's id, not its name",
    },
  ],
  [
    "a side that is no side",
    "protected-item",
    { ...scope, fabricName: "site", protectionContainerName: "c", activeLocation: "Recovry" },
    {
      property: "activeLocation",
      reason: "'Recovry' is not one of primary or recovery; did you mean 'recovery'?",
    },
  ],
  [
    "a disk named twice",
    "protected-item",
    {
      ...scope,
      fabricName: "site",
      protectionContainerName: "c",
      properties: {
        providerSpecificDetails: { instanceType: "HyperVReplicaAzure", disksToInclude: ["os", "os"] },
      },
    },
    {
      property: "properties.providerSpecificDetails.disksToInclude",
      reason: "lists 'os' twice, at 0 and 1",
    },
  ],
  [
    "a group of the wrong sort",
    "recovery-plan",
    {
      ...scope,
      properties: {
        primaryFabricId: id,
        recoveryFabricId: "Microsoft Azure",
        groups: [{ groupType: "Boot" }, { groupType: "Shutdwn" }],
      },
    },
    {
      property: "properties.groups[1].groupType",
      reason: "'Shutdwn' is not one of Shutdown, Failover or Boot; did you mean 'Shutdown'?",
    },
  ],
];

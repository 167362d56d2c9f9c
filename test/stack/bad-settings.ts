/** Values that the schema refuses. */
import type { BadDefinition } from "./good-definition.ts";

export const badSettings: readonly BadDefinition[] = [
  ["an unknown key at the top", "vault:", "¦valt:", "valt: unknown property 'valt'; did you mean 'vault'?"],
  [
    "an unknown key deep down",
    "replicationInterval",
    "¦replicationIntervall",
    "policies[0].replicationIntervall: unknown property",
  ],
  [
    "another version",
    "version: 1",
    "version: ¦2",
    "version: 2 was made for a newer siterecovery; this one reads version 1. Install the newer one",
  ],
  ["a version in quotes", "version: 1", 'version: ¦"1"', "version: '1' is not supported here; use 1"],
  [
    "no resource group",
    /version: 1\nresourceGroup: dr\n/,
    "¦version: 1\n",
    "resourceGroup: is required and is missing",
  ],
  [
    "a resource group with a slash",
    "resourceGroup: dr",
    "resourceGroup: ¦a/b",
    "resourceGroup: 'a/b' is not legal",
  ],
  ["a number for a name", "name: dr-vault", "name: ¦12", "vault.name: 12 is not a string"],
  ["a vault's name that is too long", "dr-vault", `¦${"v".repeat(51)}`, "vault.name: 'vvv"],
  ["a name with a dot", "name: web1", "name: ¦web.1", "machines[0].name: 'web.1' is not legal"],
  [
    "a storage account in capitals",
    "name: replicas",
    "name: ¦Replicas",
    "azure.storageAccounts[0].name: 'Replicas' is not legal",
  ],
  ["[C-7] no storage account", "[{ name: replicas }]", "¦[]", "azure.storageAccounts: is too short a list"],
  ["a list where a map belongs", "{ name: dr-vault }", "¦[dr-vault]", 'vault: ["dr-vault"] is not an object'],
  [
    "nothing where a list belongs",
    " [{ name: five, replicationInterval: 300 }]",
    "¦",
    "policies: null is not an array",
  ],
  [
    "an interval that Azure has not",
    "300",
    "¦60",
    "policies[0].replicationInterval: 60 is not one of 30, 300 or 900",
  ],
  ["a negative interval", "300", "¦-300", "policies[0].replicationInterval: -300 is not one of"],
  [
    "retention beyond 24 hours",
    "replicationInterval: 300",
    "recoveryPointHistoryDuration: ¦25",
    "policies[0].recoveryPointHistoryDuration: 25 is out of range: 0 to 24 hours; the nearest legal value is 24",
  ],
  [
    "a fraction of an hour",
    "replicationInterval: 300",
    "recoveryPointHistoryDuration: ¦1.5",
    "policies[0].recoveryPointHistoryDuration: 1.5 is not an integer",
  ],
  [
    "a place that is neither side",
    "{ name: web1 }",
    "{ name: web1, activeLocation: ¦cloud }",
    "machines[0].activeLocation: 'cloud' is not one of primary or recovery",
  ],
  [
    "an unknown failover kind",
    "{ name: web1 }",
    "{ name: web1, failover: { kind: ¦fast } }",
    "machines[0].failover.kind: 'fast' is not one of planned or unplanned",
  ],
];

import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { azureNativeProject } from "./azure-native-project.ts";
import type { PulumiProject, Run } from "./pulumi-project.ts";

const pack = path.resolve(import.meta.dirname, "../../policy-pack");

interface Wanted {
  readonly retentionHours: number;
  /** How each machine is replicated; one name a machine. */
  readonly machines: Readonly<Record<string, "HyperVReplicaAzure" | "InMageAzureV2">>;
  readonly planned: readonly string[];
}

/** A program of Azure's own package, as somebody would write it who protects machines in Azure itself. */
function programOf({ retentionHours, machines, planned }: Wanted): string {
  return `import * as recovery from "@pulumi/azure-native/recoveryservices/index.js";

const machines = ${JSON.stringify(machines)};
const scope = { resourceGroupName: "dr", resourceName: "dr-vault" };
const inContainer = { ...scope, fabricName: "london", protectionContainerName: "london" };
const container = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/dr/providers/Microsoft.RecoveryServices" +
  "/vaults/dr-vault/replicationFabrics/london/replicationProtectionContainers/london";
const idOf = (name) => container + "/replicationProtectedItems/" + name;

const vault = new recovery.Vault("dr-vault", {
  resourceGroupName: "dr", vaultName: "dr-vault", location: "westeurope", sku: { name: "Standard" },
  properties: { encryption: { keyVaultProperties: { keyUri: "https://keys.example.com/keys/dr" } } },
});
const fabric = new recovery.ReplicationFabric("london", { ...scope, fabricName: "london", properties: {} }, { dependsOn: vault });
const policy = new recovery.ReplicationPolicy("five", {
  ...scope,
  policyName: "five",
  properties: {
    providerSpecificInput: {
      instanceType: "HyperVReplicaAzure",
      recoveryPointHistoryDuration: ${retentionHours},
      applicationConsistentSnapshotFrequencyInHours: 1,
      replicationInterval: 300,
    },
  },
}, { dependsOn: vault });
for (const [name, instanceType] of Object.entries(machines)) {
  new recovery.ReplicationProtectedItem(name, {
    ...inContainer,
    replicatedProtectedItemName: name,
    properties: { policyId: policy.id, protectableItemId: "m", providerSpecificDetails: { instanceType } },
  }, { dependsOn: fabric });
}
new recovery.ReplicationRecoveryPlan("shop", {
  ...scope,
  recoveryPlanName: "shop",
  properties: {
    primaryFabricId: fabric.id,
    recoveryFabricId: "Microsoft Azure",
    failoverDeploymentModel: "ResourceManager",
    groups: ${JSON.stringify(planned)}.map((name) => ({
      groupType: "Boot", replicationProtectedItems: [{ id: idOf(name) }], startGroupActions: [], endGroupActions: [],
    })),
  },
});
`;
}

describe("the policy pack on a program of azure-native, with the real Pulumi CLI", () => {
  let project: PulumiProject;

  beforeAll(async () => {
    project = await azureNativeProject("");
  });
  afterAll(() => project.remove());

  const previewOf = (wanted: Wanted): Promise<Run> => {
    project.write("program/main.ts", programOf(wanted));
    return project.preview("--policy-pack", pack);
  };
  const machines = { db1: "HyperVReplicaAzure", web1: "HyperVReplicaAzure" } as const;

  it("passes one that keeps to all of it", async () => {
    const run = await previewOf({ retentionHours: 24, machines, planned: ["db1", "web1"] });
    expect(run.text).toContain("siterecovery@v0.1.0");
    expect(run.text).toContain("azure-native:recoveryservices:ReplicationRecoveryPlan");
    expect(run.text).not.toMatch(/\[(advisory|mandatory)\]/);
    expect(run.status, run.text).toBe(0);
  });

  it("fails one whose recovery points are kept too short", async () => {
    const run = await previewOf({ retentionHours: 1, machines, planned: ["db1", "web1"] });
    expect(run.status).not.toBe(0);
    expect(run.text).toMatch(/\[mandatory\].*policy-retention-minimum/);
    expect(run.text).toMatch(/keeps recovery points for 1 h, and 2 h are wanted/);
  });

  it("fails one whose plan mixes flows, and tells of a machine in no plan", async () => {
    const mixed = { db1: "HyperVReplicaAzure", web1: "InMageAzureV2", web2: "HyperVReplicaAzure" } as const;
    const run = await previewOf({ retentionHours: 24, machines: mixed, planned: ["db1", "web1"] });
    expect(run.status).not.toBe(0);
    expect(run.text).toMatch(/\[mandatory\].*plan-mixed-sites[^]*shop mixes ways of replication/);
    expect(run.text).toMatch(/\[advisory\].*machine-in-plan[^]*web2 is in no recovery plan/);
  });
});

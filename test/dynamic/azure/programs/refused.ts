/** What REFUSED names: declarations that Azure has no way to express. */
import * as pulumi from "@pulumi/pulumi";
import * as dr from "../../../../provider/index.ts";

const inVault = { resourceGroupName: "dr", resourceName: "dr-vault" };
const inContainer = { ...inVault, fabricName: "london", protectionContainerName: "machines" };
const identity = "/subscriptions/s/resourceGroups/dr/providers/x/replicationMasterTargets/mt";

const migration = {
  policyId: "/p",
  providerSpecificDetails: {
    instanceType: "VMwareCbt" as const,
    vmwareMachineId: "/m",
    disksToInclude: [],
    dataMoverRunAsAccountId: "/a",
    snapshotRunAsAccountId: "/a",
    targetResourceGroupId: "/g",
    targetNetworkId: "/n",
  },
};

const declarations: Record<string, () => pulumi.Resource> = {
  location: () => new dr.ReplicationProtectedItem("web1", { ...inContainer, activeLocation: "primary" }),
  failover: () => new dr.ReplicationProtectedItem("web1", { ...inContainer, failover: { kind: "planned" } }),
  "process server": () => new dr.ReplicationProtectedItem("web1", { ...inContainer, processServerId: "x" }),
  "master target": () =>
    new dr.ReplicationProtectedItem("web1", {
      ...inContainer,
      properties: {
        providerSpecificDetails: { instanceType: "InMageAzureV2", masterTargetId: identity },
      },
    }),
  drill: () => new dr.Drill("rehearsal", { ...inVault, protectedItemId: "/x", networkId: "/y" }),
  cluster: () => new dr.ReplicationProtectionCluster("sql", { ...inContainer, activeLocation: "primary" }),
  migrated: () =>
    new dr.ReplicationMigrationItem("erp", { ...inContainer, properties: migration, migrated: false }),
  hours: () => new dr.ReplicationPolicy("five", { ...inVault, officeHours: { from: "08:00" } }),
  "second site": () =>
    new dr.ReplicationPolicy("five", {
      ...inVault,
      properties: { providerSpecificInput: { instanceType: "InMage", multiVmSyncStatus: "Enable" } },
    }),
  "second site, known later": () =>
    new dr.ReplicationPolicy("five", {
      ...inVault,
      properties: pulumi.output({
        providerSpecificInput: { instanceType: "HyperVReplica2012R2" as const },
      }),
    }),
  container: () =>
    new dr.ReplicationProtectionContainerMapping("map", {
      ...inContainer,
      properties: { policyId: "/p", targetProtectionContainerId: "/subscriptions/s/x/y" },
    }),
  "network mapping": () => {
    const site = new dr.ReplicationFabric("london", inVault);
    return new dr.ReplicationNetworkMapping("map", {
      ...inVault,
      fabricName: site.name,
      networkName: "production",
      properties: { recoveryNetworkId: "/n" },
    });
  },
  script: () =>
    new dr.ReplicationRecoveryPlan("shop", {
      ...inVault,
      properties: {
        primaryFabricId: "/f",
        recoveryFabricId: "Microsoft Azure",
        groups: [
          {
            groupType: "Boot",
            endGroupActions: [
              {
                actionName: "check",
                failoverTypes: ["PlannedFailover"],
                failoverDirections: ["PrimaryToRecovery"],
                customDetails: {
                  instanceType: "ScriptActionDetails",
                  path: "check.sh",
                  fabricLocation: "Recovery",
                },
              },
            ],
          },
        ],
      },
    }),
};

export function declare(): Record<string, pulumi.Resource> {
  return { it: declarations[process.env["REFUSED"]!]!() };
}

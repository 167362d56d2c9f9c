/** What programs read of resources in Azure, and options of theirs. What is seen is put into `seen`. */
import * as azure from "@pulumi/azure-native/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import * as dr from "../../../../provider/index.ts";
import type { AzurePart } from "../../../../provider/dynamic/azure/azure-part.ts";

const inVault = { resourceGroupName: "dr", resourceName: "v2" };
const inContainer = { ...inVault, fabricName: "london", protectionContainerName: "machines" };
export const seen: Record<string, unknown> = {};

const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => void output.apply(resolve));

function messageOf(work: () => unknown): string {
  try {
    return String(work());
  } catch (error) {
    return (error as Error).message;
  }
}

export async function look(): Promise<void> {
  const site = new dr.ReplicationFabric("site", { ...inVault, resourceName: "v1", fabricName: "london" });
  const item = new dr.ReplicationProtectedItem("item", inContainer);
  const cluster = new dr.ReplicationProtectionCluster("cluster", inContainer);
  const migration = new dr.ReplicationMigrationItem("migration", {
    ...inContainer,
    properties: { policyId: "/p" } as never,
  });
  const plan = new dr.ReplicationRecoveryPlan("plan", {
    ...inVault,
    properties: { primaryFabricId: "/f", recoveryFabricId: "Microsoft Azure", groups: [] },
  });
  const provider = new azure.Provider("other", { subscriptionId: "77777777-2222-3333-4444-555555555555" });
  const container = new dr.ReplicationProtectionContainer(
    "machines",
    { ...inVault, fabricName: "london" },
    { provider, dependsOn: Promise.resolve([site]) },
  );
  new dr.ReplicationNetworkMapping("map", {
    ...inVault,
    fabricName: "london",
    networkName: "production",
    properties: { recoveryNetworkId: "/n" },
  });
  seen["item"] = await valueOf(item.activeLocation);
  seen["cluster"] = await valueOf(cluster.activeLocation);
  seen["migrated"] = await valueOf(migration.migrated);
  seen["plan"] = messageOf(() => plan.activeLocation);
  seen["containerId"] = await valueOf(container.id);
  const behind = await (container as unknown as AzurePart).behind;
  seen["behind"] = behind.map((one) => (one === (site as pulumi.Resource) ? "site" : "another"));
  const wishes = { activeLocation: "primary", failover: { kind: "planned" }, processServerId: "x" } as const;
  seen["refused"] = messageOf(() => new dr.ReplicationProtectedItem("web1", { ...inContainer, ...wishes }));
}

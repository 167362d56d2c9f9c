/** A Hyper-V site protected to Azure (S3), as a user writes it for either target. */
import type * as pulumi from "@pulumi/pulumi";
import * as dr from "../../../../provider/index.ts";

class Group extends (await import("@pulumi/pulumi")).ComponentResource {}

const identity = { tenantId: "t", applicationId: "a", objectId: "o", audience: "x", aadAuthority: "y" };

export function declare(): Record<string, pulumi.Resource> {
  const group = { resourceGroupName: "dr" };
  const parent = new Group("x:index:Group", "london");
  const vault = new dr.Vault("dr-vault", { ...group, location: "westeurope" });
  const inVault = { ...group, resourceName: vault.name };
  const replicas = new dr.StorageAccount("replicas", {
    ...group,
    kind: "StorageV2",
    sku: { name: "Standard_LRS" },
  });
  const network = new dr.VirtualNetwork("recovery-net", {
    ...group,
    addressSpace: { addressPrefixes: ["10.20.0.0/16"] },
  });
  const policy = new dr.ReplicationPolicy("five", {
    ...inVault,
    properties: {
      providerSpecificInput: { instanceType: "HyperVReplicaAzure", replicationInterval: 300 },
    },
  });
  const site = new dr.ReplicationFabric("london", inVault, { parent });
  const host = new dr.ReplicationRecoveryServicesProvider("hv1", {
    ...inVault,
    fabricName: site.name,
    properties: {
      machineName: "hv1",
      authenticationIdentityInput: identity,
      resourceAccessIdentityInput: identity,
    },
    inventoryFolder: "inventory/hv1",
  });
  const container = new dr.ReplicationProtectionContainer(
    "machines",
    { ...inVault, fabricName: site.name },
    { dependsOn: host },
  );
  const mapping = new dr.ReplicationProtectionContainerMapping(
    "machines-to-azure",
    {
      ...inVault,
      fabricName: site.name,
      protectionContainerName: container.name,
      properties: { policyId: policy.id },
    },
    { dependsOn: container },
  );
  const machine = "0b3ae4d5-7e0a-4b8e-9f6f-8a3f1f3f2c11";
  const web1 = new dr.ReplicationProtectedItem(
    "web1",
    {
      ...inVault,
      fabricName: site.name,
      protectionContainerName: container.name,
      properties: {
        policyId: policy.id,
        protectableItemId: container.id.apply((id) => `${id}/replicationProtectableItems/${machine}`),
        providerSpecificDetails: {
          instanceType: "HyperVReplicaAzure",
          targetStorageAccountId: replicas.id,
          targetAzureNetworkId: network.id,
          targetAzureVmName: "web1",
        },
      },
      allowDisableWhileFailedOver: true,
    },
    { dependsOn: mapping, parent },
  );
  const plan = new dr.ReplicationRecoveryPlan("shop", {
    ...inVault,
    properties: {
      primaryFabricId: site.id,
      recoveryFabricId: "Microsoft Azure",
      groups: [{ groupType: "Boot", replicationProtectedItems: [{ id: web1.id }] }],
    },
  });
  return { vault, replicas, network, policy, site, host, container, mapping, web1, plan };
}

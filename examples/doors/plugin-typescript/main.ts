/** One machine of a Hyper-V site, protected to Azure: resources of the plugin, through the SDK generated from its schema. */
import * as pulumi from "@pulumi/pulumi";
import * as sr from "@siterecovery/pulumi";

const scope = { resourceGroupName: "dr" };
const vault = new sr.Vault("dr-vault", scope);
const storage = new sr.StorageAccount("drreplicas", {
  ...scope,
  kind: "StorageV2",
  sku: { name: "Standard_LRS" },
});
const network = new sr.VirtualNetwork("recovery-net", {
  ...scope,
  addressSpace: { addressPrefixes: ["10.20.0.0/16"] },
});

const inVault = { ...scope, resourceName: vault.name };
const site = new sr.ReplicationFabric("london", inVault);
const inSite = { ...inVault, fabricName: site.name };
const identity = {
  tenantId: "00000000-0000-0000-0000-000000000000",
  applicationId: "00000000-0000-0000-0000-000000000001",
  objectId: "00000000-0000-0000-0000-000000000002",
  audience: "https://siterecovery.local",
  aadAuthority: "https://login.siterecovery.local",
};
const host = new sr.ReplicationRecoveryServicesProvider("hv1", {
  ...inSite,
  properties: {
    machineName: "hv1",
    authenticationIdentityInput: identity,
    resourceAccessIdentityInput: identity,
  },
  inventoryFolder: "machines/hv1",
});
const container = new sr.ReplicationProtectionContainer("london-machines", inSite);
const policy = new sr.ReplicationPolicy("every-5-minutes", {
  ...inVault,
  properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure", replicationInterval: 300 } },
});
const inContainer = { ...inSite, protectionContainerName: container.name };
const mapping = new sr.ReplicationProtectionContainerMapping("london-to-azure", {
  ...inContainer,
  properties: { policyId: policy.id },
});

const web1 = new sr.ReplicationProtectedItem(
  "web1",
  {
    ...inContainer,
    properties: {
      policyId: policy.id,
      protectableItemId: pulumi.interpolate`${container.id}/replicationProtectableItems/web1`,
      providerSpecificDetails: {
        instanceType: "HyperVReplicaAzure",
        targetStorageAccountId: storage.id,
        targetAzureNetworkId: network.id,
      },
    },
    // `pulumi config set activeLocation recovery` and `pulumi up`: a planned failover. Back to primary: a failback.
    activeLocation: new pulumi.Config().get("activeLocation") ?? "primary",
  },
  { dependsOn: [host, mapping] },
);

// A lookup: what is there now, whoever made it.
const found = sr.getProtectedItemOutput({ ...inContainer, replicatedProtectedItemName: web1.name });

export const vaultId = vault.id;
export const protectionState = found.properties.protectionState;
export const activeLocation = web1.activeLocation;

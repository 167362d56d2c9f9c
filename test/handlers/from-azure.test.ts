import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fromAzure } from "../../provider/handlers/from-azure.ts";
import type { KindName } from "../../provider/kinds/kind.ts";
import { quiet } from "../engine/fixture.ts";
import { ComponentSites } from "./component-sites.ts";

/** As the examples of the Pulumi registry are written: ids of one subscription, and no details where there are none. */
const subscription = "/Subscriptions/6f9619ff-8b86-d011-b42d-00c04fc964ff";
const vaultId = `${subscription}/resourceGroups/harbour-group/providers/Microsoft.RecoveryServices/vaults/harbour`;
const container = "cloud_1f0c9d8e-5a7b-4c3d-9e2f-0a1b2c3d4e5f";
const inVault = { resourceGroupName: "harbour-group", resourceName: "harbour" };
const inFabric = { ...inVault, fabricName: "pier" };
const identity = {
  tenantId: "10000000-0000-0000-0000-000000000000",
  applicationId: "20000000-0000-0000-0000-000000000000",
  objectId: "30000000-0000-0000-0000-000000000000",
  audience: "https://audience.example",
  aadAuthority: "https://login.example",
};

const examples: readonly [KindName, object][] = [
  [
    "vault",
    {
      resourceGroupName: "harbour-group",
      vaultName: "harbour",
      location: "West US",
      sku: { name: "Standard" },
      properties: { publicNetworkAccess: "Enabled" },
    },
  ],
  [
    "storage-account",
    {
      resourceGroupName: "harbour-group",
      accountName: "harbourstore",
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
    },
  ],
  [
    "virtual-network",
    {
      resourceGroupName: "harbour-group",
      virtualNetworkName: "quay",
      addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
    },
  ],
  ["fabric", { ...inFabric, properties: { customDetails: { instanceType: "FabricSpecificCreationInput" } } }],
  [
    "fabric",
    { ...inVault, fabricName: "mole", properties: { customDetails: { instanceType: "HyperVSite" } } },
  ],
  [
    "services-provider",
    {
      ...inFabric,
      providerName: "host-1",
      properties: {
        machineName: "host-1",
        authenticationIdentityInput: identity,
        resourceAccessIdentityInput: identity,
      },
    },
  ],
  [
    "protection-container",
    {
      ...inFabric,
      protectionContainerName: container,
      properties: {
        providerSpecificInput: [{ instanceType: "ReplicationProviderSpecificContainerCreationInput" }],
      },
    },
  ],
  [
    "policy",
    {
      ...inVault,
      policyName: "profile",
      properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure" } },
    },
  ],
  [
    "container-mapping",
    {
      ...inFabric,
      protectionContainerName: container,
      mappingName: "pier-profile",
      properties: {
        policyId: `${vaultId}/replicationPolicies/profile`,
        providerSpecificInput: { instanceType: "ReplicationProviderSpecificContainerMappingInput" },
        targetProtectionContainerId: "Microsoft Azure",
      },
    },
  ],
  [
    "recovery-plan",
    {
      ...inVault,
      recoveryPlanName: "shop",
      properties: {
        failoverDeploymentModel: "ResourceManager",
        groups: [
          { groupType: "Boot", replicationProtectedItems: [], startGroupActions: [], endGroupActions: [] },
        ],
        primaryFabricId: `${vaultId}/replicationFabrics/pier`,
        recoveryFabricId: "Microsoft Azure",
      },
    },
  ],
];

const fabricId = `${vaultId}/replicationFabrics/pier`;
const itemId = `${fabricId}/replicationProtectionContainers/${container}/replicationProtectedItems/dock-1`;

/** The same of what needs machines: their arguments as those examples have them. */
const withMachines: readonly [KindName, object][] = [
  [
    "network-mapping",
    {
      ...inFabric,
      networkName: "quay-lan",
      networkMappingName: "quay-to-azure",
      properties: {
        fabricSpecificDetails: { instanceType: "VmmToAzure" },
        recoveryFabricName: "Microsoft Azure",
        recoveryNetworkId: `${subscription}/resourceGroups/harbour-group/providers/Microsoft.Network/virtualNetworks/quay`,
      },
    },
  ],
  [
    "storage-classification-mapping",
    {
      ...inFabric,
      storageClassificationName: "1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d",
      storageClassificationMappingName: "fast-to-slow",
      properties: {
        targetStorageClassificationId: `${vaultId}/replicationFabrics/mole/replicationStorageClassifications/8d7c6b5a-4f3e-4d2c-9b1a-0f9e8d7c6b5a`,
      },
    },
  ],
  [
    "protected-item",
    {
      ...inFabric,
      protectionContainerName: container,
      replicatedProtectedItemName: "dock-1",
      properties: {
        policyId: `${vaultId}/replicationPolicies/profile`,
        protectableItemId: `${fabricId}/replicationProtectionContainers/${container}/replicationProtectableItems/dock-1`,
        providerSpecificDetails: {
          instanceType: "HyperVReplicaAzure",
          targetStorageAccountId: `${subscription}/resourceGroups/harbour-group/providers/Microsoft.Storage/storageAccounts/harbourstore`,
        },
      },
    },
  ],
  [
    "protection-cluster",
    {
      ...inFabric,
      protectionContainerName: container,
      replicationProtectionClusterName: "docks",
      properties: { protectionClusterType: "OnlyGroup", clusterProtectedItemIds: [itemId] },
    },
  ],
  [
    "migration-item",
    {
      ...inFabric,
      protectionContainerName: container,
      migrationItemName: "dock-2",
      properties: {
        policyId: `${vaultId}/replicationPolicies/profile`,
        providerSpecificDetails: {
          instanceType: "VMwareCbt",
          dataMoverRunAsAccountId: `${fabricId}/replicationFabricRunAsAccounts/mover`,
          disksToInclude: [
            {
              diskId: "6000C29d-disk",
              isOSDisk: "true",
              logStorageAccountId: `${subscription}/resourceGroups/harbour-group/providers/Microsoft.Storage/storageAccounts/harbourstore`,
              logStorageAccountSasSecretName: "sas",
            },
          ],
          performAutoResync: "true",
          snapshotRunAsAccountId: `${fabricId}/replicationFabricRunAsAccounts/snapshot`,
          targetNetworkId: `${subscription}/resourceGroups/harbour-group/providers/Microsoft.Network/virtualNetworks/quay`,
          targetResourceGroupId: `${subscription}/resourceGroups/harbour-group`,
          vmwareMachineId: `${subscription}/resourceGroups/harbour-group/providers/Microsoft.OffAzure/VMwareSites/pier/machines/dock-2`,
        },
      },
    },
  ],
];

let place: ComponentSites;
beforeEach(async () => {
  place = await ComponentSites.make();
});
afterEach(() => place.remove());

describe("what programs for azure-native write", () => {
  it("is declared as it is, and is the same the next time", async () => {
    for (const [kind, inputs] of examples) {
      const handler = place.handler(kind);
      expect([kind, await handler.check(inputs)]).toEqual([kind, []]);
      // Where a host's machines are is the one thing that Azure does not know.
      const folder = kind === "services-provider" ? { inventoryFolder: place.folderOf("host-1") } : {};
      Object.assign(inputs, folder);
      const { id } = await handler.create(inputs, quiet);
      expect([kind, (await handler.diff(id, inputs, inputs)).changes]).toEqual([kind, []]);
      expect((await handler.read(id.replace(/^\/subscriptions\/[^/]+/, subscription)))?.id).toBe(id);
    }
    const { outputs } = (await place.handler("fabric").read(`${vaultId}/replicationFabrics/pier`))!;
    expect(outputs).toMatchObject({ properties: { customDetails: { instanceType: "HyperVSite" } } });
  });

  it.each(withMachines)("is taken as it is by the check of a %s", async (kind, inputs) => {
    expect(await place.handler(kind).check(inputs)).toEqual([]);
  });

  it("names the storage account where a protected item has no details but its type", async () => {
    const inputs = withMachines.find(([kind]) => kind === "protected-item")![1] as { properties: object };
    const bare = { providerSpecificDetails: { instanceType: "HyperVReplicaAzure" } };
    const wanted = { ...inputs, properties: { ...inputs.properties, ...bare } };
    expect(await place.handler("protected-item").check(wanted)).toMatchObject([
      { property: "properties.providerSpecificDetails.targetStorageAccountId" },
    ]);
  });

  it("changes nothing but ids and details that say nothing", () => {
    const inputs = {
      tags: { from: `${vaultId}/x` },
      properties: {
        customDetails: { instanceType: "HyperVSite", location: "x" },
        providerSpecificInput: { instanceType: "VMM" },
        storageAccounts: [`${subscription}/resourceGroups/g/providers/A/b/c`],
        text: "see /subscriptions/1/x",
      },
    };
    const own = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/A/b/c";
    expect(fromAzure(inputs)).toEqual({
      ...inputs,
      properties: { ...inputs.properties, storageAccounts: [own] },
    });
  });
});

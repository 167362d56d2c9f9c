/** A virtual machine of VMware protected to Azure (S1). Its fabric came with the configuration server. */
import type * as pulumi from "@pulumi/pulumi";
import * as dr from "../../../../provider/index.ts";

const inVault = { resourceGroupName: "dr", resourceName: "dr-vault" };

export function declare(): Record<string, pulumi.Resource> {
  const site = new dr.ReplicationFabric("rome", {
    ...inVault,
    properties: { customDetails: { instanceType: "VMware" } },
  });
  const vcenter = new dr.ReplicationvCenter("vc1", {
    ...inVault,
    fabricName: site.name,
    properties: { friendlyName: "vc1", ipAddress: "10.0.0.4", port: "443", runAsAccountId: "7" },
    inventoryFolder: "esxi",
  });
  const policy = new dr.ReplicationPolicy("minutes", {
    ...inVault,
    properties: {
      providerSpecificInput: {
        instanceType: "InMageAzureV2",
        recoveryPointHistory: 60,
        multiVmSyncStatus: "Enable",
      },
    },
  });
  const item = new dr.ReplicationProtectedItem(
    "vm1",
    {
      ...inVault,
      fabricName: site.name,
      protectionContainerName: "rome",
      properties: {
        policyId: policy.id,
        protectableItemId: "vm1",
        providerSpecificDetails: {
          instanceType: "InMageAzureV2",
          processServerId: "0b3ae4d5-7e0a-4b8e-9f6f-8a3f1f3f2c11",
          multiVmGroupName: "shop",
          disksToInclude: [{ diskId: "os" }],
        },
      },
    },
    { dependsOn: vcenter, protect: true },
  );
  const move = new dr.ReplicationMigrationItem("erp", {
    ...inVault,
    fabricName: site.name,
    protectionContainerName: "rome",
    properties: {
      policyId: policy.id,
      providerSpecificDetails: {
        instanceType: "VMwareCbt",
        vmwareMachineId: "erp",
        disksToInclude: [
          {
            diskId: "os",
            isOSDisk: "true",
            logStorageAccountId: "/a",
            logStorageAccountSasSecretName: "sas",
          },
        ],
        dataMoverRunAsAccountId: "/r",
        snapshotRunAsAccountId: "/r",
        targetResourceGroupId: "/g",
        targetNetworkId: "/n",
      },
    },
  });
  return { site, vcenter, policy, item, move };
}

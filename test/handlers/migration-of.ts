/** A migration item as a program would have it, for tests. */
import type { MigrationItemInputs, VMwareCbtMigration } from "../../provider/kinds/migration-item.ts";
import type { FlowSite } from "../engine/flow-site.ts";

export const vault = { resourceGroupName: "dr", resourceName: "dr-vault" };

/** The arguments of a migration item of the machine `web1` of a site of the flow M1. */
export function migrationOf(
  site: FlowSite,
  more: Partial<MigrationItemInputs> = {},
  settings: Partial<VMwareCbtMigration> = {},
): MigrationItemInputs {
  const account = `${site.ids.get("fabric")}/runAsAccounts/vcenter`;
  const disk = { diskId: "os", isOSDisk: "true", logStorageAccountSasSecretName: "sas" };
  return {
    ...vault,
    fabricName: "london",
    protectionContainerName: "machines",
    migrationItemName: "web1",
    properties: {
      policyId: site.ids.get("policy")!,
      providerSpecificDetails: {
        instanceType: "VMwareCbt",
        vmwareMachineId: `${site.ids.get("container")}/replicationProtectableItems/web1`,
        disksToInclude: [{ ...disk, logStorageAccountId: site.ids.get("storage")! }],
        dataMoverRunAsAccountId: account,
        snapshotRunAsAccountId: account,
        targetResourceGroupId: "/subscriptions/0/resourceGroups/cloud",
        targetNetworkId: site.ids.get("network")!,
        targetVmName: "web1-cloud",
        ...settings,
      },
    },
    ...more,
  };
}

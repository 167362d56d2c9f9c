import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const fabricKind: Kind = {
  kind: "fabric",
  className: "ReplicationFabric",
  title: "fabric",
  armType: "Microsoft.RecoveryServices/vaults/replicationFabrics",
  path: "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}",
  nameArgument: "fabricName",
  immutable: ["resourceGroupName", "resourceName", "fabricName", "properties.customDetails.instanceType"],
};

/** Arguments of a fabric. Without `customDetails` it is a Hyper-V site, as in Azure (S3). */
export interface FabricInputs extends VaultScope {
  /** Defaults to the logical name. */
  fabricName?: string;
  properties?: { customDetails?: { instanceType: "Azure"; location?: string } };
}

export interface FabricOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    bcdrState: string;
    health: string;
    internalIdentifier: string;
    customDetails: { instanceType: string };
  };
}

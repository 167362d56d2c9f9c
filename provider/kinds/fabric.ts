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

/**
 * What sorts of sites there are, in Azure's words: hosts without VMM (S3), VMM servers (S4, S6), ESXi hosts and
 * physical servers (S1, S2, S5), and Azure itself.
 */
export const fabricTypes = ["HyperVSite", "VMM", "VMware", "Azure"] as const;
export type FabricType = (typeof fabricTypes)[number];

/** Details of an Azure fabric. */
export interface AzureFabricDetails {
  instanceType: "Azure";
  /** Its region; recorded. */
  location?: string;
}

/** Details of a Hyper-V site, which say the same as none: what Azure's examples write, and what Azure reads back. */
export interface HyperVFabricDetails {
  instanceType: "HyperVSite" | "FabricSpecificCreationInput";
}

/** Arguments of a fabric. Without `customDetails` it is a Hyper-V site, as in Azure (S3). */
export interface FabricInputs extends VaultScope {
  /** Defaults to the logical name. */
  fabricName?: string;
  properties?: {
    /**
     * Beyond Azure: `VMM` and `VMware`. Azure makes such fabrics by itself when the Provider of a VMM server or a
     * configuration server registers; the embedded engine has no installer to do so.
     */
    customDetails?:
      AzureFabricDetails | HyperVFabricDetails | { instanceType: "VMM" } | { instanceType: "VMware" };
  };
}

export interface FabricOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    bcdrState: string;
    /** `Normal`, or `Critical` when nothing of what the fabric holds can be reached. */
    health: string;
    internalIdentifier: string;
    customDetails: { instanceType: FabricType };
  };
}

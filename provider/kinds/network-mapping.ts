import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const networkMappingKind: Kind = {
  kind: "network-mapping",
  className: "ReplicationNetworkMapping",
  title: "network mapping",
  armType:
    "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationNetworks/replicationNetworkMappings",
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/replicationNetworks/{networkName}/replicationNetworkMappings/{networkMappingName}",
  nameArgument: "networkMappingName",
  immutable: ["resourceGroupName", "resourceName", "fabricName", "networkName", "networkMappingName"],
};

/** Arguments of a network mapping: machines on a network of the site join this network after a failover. */
export interface NetworkMappingInputs extends VaultScope {
  fabricName: string;
  /** The network at the primary side, as the machines' `machine.yaml` name it; in a VMM fabric, a VM network. */
  networkName: string;
  /** Defaults to the logical name. */
  networkMappingName?: string;
  properties: {
    /** ARM id of the virtual network, or of the VM network of another fabric, at the recovery side. */
    recoveryNetworkId: string;
    /** `Microsoft Azure` for a virtual network, else the VM network's fabric; follows from the network's id. */
    recoveryFabricName?: string;
    /** `VmmToAzure` goes with a virtual network, `VmmToVmm` with a VM network. */
    fabricSpecificDetails?: { instanceType: "VmmToAzure" } | { instanceType: "VmmToVmm" };
  };
}

export interface NetworkMappingOutputs extends CommonOutputs {
  properties: {
    state: string;
    primaryNetworkFriendlyName: string;
    primaryFabricFriendlyName: string;
    recoveryNetworkId: string;
    recoveryNetworkFriendlyName: string;
    recoveryFabricFriendlyName: string;
  };
}

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
  /** The network at the primary side, as the machines' `machine.yaml` name it. */
  networkName: string;
  /** Defaults to the logical name. */
  networkMappingName?: string;
  properties: {
    /** ARM id of the virtual network at the recovery side. */
    recoveryNetworkId: string;
    recoveryFabricName?: string;
    fabricSpecificDetails?: { instanceType: "VmmToAzure" };
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

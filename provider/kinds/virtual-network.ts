import type { CommonOutputs, Kind } from "./kind.ts";

export const virtualNetworkKind: Kind = {
  kind: "virtual-network",
  className: "VirtualNetwork",
  title: "virtual network",
  armType: "Microsoft.Network/virtualNetworks",
  path: "Microsoft.Network/virtualNetworks/{virtualNetworkName}",
  nameArgument: "virtualNetworkName",
  immutable: ["resourceGroupName", "virtualNetworkName", "location"],
};

/** Arguments of a virtual network of the embedded target, which replica machines join (C-7). */
export interface VirtualNetworkInputs {
  resourceGroupName: string;
  /** Defaults to the logical name. */
  virtualNetworkName?: string;
  location?: string;
  addressSpace?: { addressPrefixes?: string[] };
  subnets?: { name: string; addressPrefix: string }[];
  tags?: Record<string, string>;
}

export interface VirtualNetworkOutputs extends CommonOutputs {
  provisioningState: string;
}

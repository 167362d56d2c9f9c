import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";
import { protectionContainerKind } from "./protection-container.ts";

export const vmNetworkKind: Kind = {
  kind: "vm-network",
  className: "VmNetwork",
  title: "VM network",
  armType: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationNetworks",
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/replicationNetworks/{networkName}",
  nameArgument: "networkName",
  names: [protectionContainerKind.path],
  immutable: ["resourceGroupName", "resourceName", "fabricName", "networkName"],
};

/**
 * Arguments of a network that virtual machines of a fabric join, which Azure lists and does not let anybody
 * declare. In a VMM fabric it is a VM network on a logical network, both linked to a cloud (S4, S6); in a VMware
 * fabric it is a network of the ESXi hosts.
 */
export interface VmNetworkInputs extends VaultScope {
  fabricName: string;
  /** The name that the machines' `machine.yaml` have for it. Defaults to the logical name. */
  networkName?: string;
  /** The logical network that it is on. Required in a VMM fabric, and in no other. */
  logicalNetworkName?: string;
  /** The cloud that the two are linked to, a protection container of the same fabric. Required in a VMM fabric. */
  protectionContainerName?: string;
}

export interface VmNetworkOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    fabricType: string;
    /** Whether a mapping gives this one a network at the recovery side. */
    networkMapped: boolean;
  };
}

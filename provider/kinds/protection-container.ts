import type { FabricType } from "./fabric.ts";
import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const protectionContainerKind: Kind = {
  kind: "protection-container",
  className: "ReplicationProtectionContainer",
  title: "protection container",
  armType: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers",
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/replicationProtectionContainers/{protectionContainerName}",
  nameArgument: "protectionContainerName",
  immutable: ["resourceGroupName", "resourceName", "fabricName", "protectionContainerName"],
};

/**
 * Arguments of a protection container, the set of machines of a site; in a VMM fabric, a cloud. azure-native has no such resource: the
 * shape is that of the REST API (PUT replicationProtectionContainers).
 */
export interface ProtectionContainerInputs extends VaultScope {
  fabricName: string;
  /** Defaults to the logical name. */
  protectionContainerName?: string;
  properties?: { providerSpecificInput?: { instanceType: string }[] };
  /**
   * Beyond Azure: the capability profile of a VMM cloud, such as `Hyper-V`. Required in a VMM fabric, whose
   * containers are clouds (S6), and in no other.
   */
  capabilityProfile?: string;
}

export interface ProtectionContainerOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    fabricFriendlyName: string;
    fabricType: FabricType;
    pairingStatus: string;
    protectedItemCount: number;
    /** `Recovery` when another container is mapped to this one, else `Primary`. */
    role: string;
  };
}

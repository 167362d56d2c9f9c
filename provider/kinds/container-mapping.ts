import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const containerMappingKind: Kind = {
  kind: "container-mapping",
  className: "ReplicationProtectionContainerMapping",
  title: "protection container mapping",
  armType:
    "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers" +
    "/replicationProtectionContainerMappings",
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/replicationProtectionContainers/{protectionContainerName}" +
    "/replicationProtectionContainerMappings/{mappingName}",
  nameArgument: "mappingName",
  immutable: [
    "resourceGroupName",
    "resourceName",
    "fabricName",
    "protectionContainerName",
    "mappingName",
    "properties.policyId",
    "properties.targetProtectionContainerId",
  ],
};

/** Arguments of a container mapping: it ties a policy to a container, and so to every VM on its hosts (H2A-1). */
export interface ContainerMappingInputs extends VaultScope {
  fabricName: string;
  protectionContainerName: string;
  /** Defaults to the logical name. */
  mappingName?: string;
  properties?: {
    policyId?: string;
    /** The literal `Microsoft Azure` (default), or the id of a container of the same sort: VMM cloud to VMM cloud (S6). */
    targetProtectionContainerId?: string;
  };
}

export interface ContainerMappingOutputs extends CommonOutputs {
  properties: {
    policyId: string;
    policyFriendlyName: string;
    state: string;
    health: string;
    sourceProtectionContainerFriendlyName: string;
    targetProtectionContainerId: string;
    targetProtectionContainerFriendlyName: string;
  };
}

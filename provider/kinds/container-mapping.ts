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

/** What Azure wants to know of a mapping whose machines are migrated; recorded, but for the account, which must be there. */
export interface VMwareCbtContainerMapping {
  instanceType: "VMwareCbt";
  /** ARM id of the storage account that Azure caches data in. */
  storageAccountId: string;
  /** The region that machines are made in. */
  targetLocation: string;
  keyVaultId?: string;
  keyVaultUri?: string;
  serviceBusConnectionStringSecretName?: string;
  storageAccountSasSecretName?: string;
}

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
    /** For policies of the type VMwareCbt, whose machines are migrated: what Azure wants to know besides. */
    providerSpecificInput?: VMwareCbtContainerMapping;
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

import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const protectedItemKind: Kind = {
  kind: "protected-item",
  className: "ReplicationProtectedItem",
  title: "protected item",
  armType:
    "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers" +
    "/replicationProtectedItems",
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/replicationProtectionContainers/{protectionContainerName}" +
    "/replicationProtectedItems/{replicatedProtectedItemName}",
  nameArgument: "replicatedProtectedItemName",
  immutable: [
    "resourceGroupName",
    "resourceName",
    "fabricName",
    "protectionContainerName",
    "replicatedProtectedItemName",
    "properties.policyId",
    "properties.protectableItemId",
    "properties.providerSpecificDetails.instanceType",
    "properties.providerSpecificDetails.targetStorageAccountId",
    "properties.providerSpecificDetails.disksToInclude",
  ],
};

/** What Azure wants to know of a Hyper-V machine that is to be protected to Azure. */
export interface HyperVReplicaAzureProtection {
  instanceType: "HyperVReplicaAzure";
  hvHostVmId?: string;
  vmName?: string;
  osType?: string;
  vhdId?: string;
  /** ARM id of the storage account that keeps the replica (C-7). */
  targetStorageAccountId?: string;
  logStorageAccountId?: string;
  /** Disk ids as in `machine.yaml`; absent includes all disks. */
  disksToInclude?: string[];
  useManagedDisks?: string;
  /** ARM id of the network that the replica machine joins; overrides the network mapping. */
  targetAzureNetworkId?: string;
  targetAzureSubnetId?: string;
  targetAzureVmName?: string;
  targetVmSize?: string;
  targetAzureV2ResourceGroupId?: string;
  enableRdpOnTargetOption?: string;
  licenseType?: string;
  targetVmTags?: Record<string, string>;
}

/** Where a machine runs. */
export type ActiveLocation = "primary" | "recovery";

/** Beyond Azure: how a change of `activeLocation` is carried out. */
export interface FailoverSettings {
  /** `planned` shuts the running side down first and loses nothing; `unplanned` does not need it. */
  kind?: "planned" | "unplanned";
  /** `latest` (default), `latestProcessed`, `latestApplicationConsistent`, or a recovery point's name. */
  recoveryPoint?: string;
  /** `automatic` (default) commits at once; `manual` leaves the machine commit-pending (HW-5b). */
  commit?: "automatic" | "manual";
}

export interface ProtectedItemInputs extends VaultScope {
  fabricName: string;
  protectionContainerName: string;
  /** Defaults to the logical name. */
  replicatedProtectedItemName?: string;
  properties?: {
    policyId?: string;
    protectableItemId?: string;
    providerSpecificDetails?: HyperVReplicaAzureProtection;
  };
  /** Beyond Azure: where the machine should run. A change of it declares a failover or failback. */
  activeLocation?: ActiveLocation;
  /** Beyond Azure: how a change of `activeLocation` is carried out. */
  failover?: FailoverSettings;
  /** Beyond Azure: consent to delete the item while the machine runs at the recovery side. Default false. */
  allowDisableWhileFailedOver?: boolean;
}

export interface ProtectedItemOutputs extends CommonOutputs {
  /** Where the machine really runs. */
  activeLocation: ActiveLocation;
  properties: {
    friendlyName: string;
    protectedItemType: string;
    protectableItemId: string;
    protectionState: string;
    protectionStateDescription: string;
    activeLocation: string;
    testFailoverState: string;
    allowedOperations: string[];
    replicationHealth: string;
    failoverHealth: string;
    policyId: string;
    policyFriendlyName: string;
    primaryFabricFriendlyName: string;
    recoveryFabricFriendlyName: string;
  };
}

import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";
import type { HardwareOutputs } from "./hardware.ts";
import type { RunsFromOutputs } from "./runs-from.ts";

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
    "properties.providerSpecificDetails.storageAccountId",
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

/** What Azure wants to know of a VMware or physical machine that is to be protected to Azure. */
export interface InMageAzureV2Protection {
  instanceType: "InMageAzureV2";
  /** ARM id of the storage account that keeps the replica (C-7). */
  storageAccountId?: string;
  logStorageAccountId?: string;
  /** Disks as in `machine.yaml`; absent includes all disks. */
  disksToInclude?: { diskId: string; logStorageAccountId?: string; diskType?: string }[];
  /** ARM id of the master target that takes the machine back on a failback (V2F-7). */
  masterTargetId?: string;
  /** ARM id of the process server that the machine sends its data to; absent: one is chosen (C-3). */
  processServerId?: string;
  /** Name of the account that the Mobility service is pushed with; absent: it is installed by hand (C-5). */
  runAsAccountId?: string;
  /** Replication group: its machines share recovery points (V2A-5). */
  multiVmGroupName?: string;
  multiVmGroupId?: string;
  /** ARM id of the network that the replica machine joins. */
  targetAzureNetworkId?: string;
  targetAzureSubnetId?: string;
  targetAzureVmName?: string;
  targetVmSize?: string;
  targetAzureV2ResourceGroupId?: string;
  enableRdpOnTargetOption?: string;
  licenseType?: string;
  targetVmTags?: Record<string, string>;
}

/** What Azure wants to know of a VMware or physical machine that is to be protected to a second site. */
export interface InMageProtection {
  instanceType: "InMage";
  /** ARM id of the master target at the second site: it keeps replica and retention points (SEC-2). */
  masterTargetId: string;
  /** ARM id of the process server that the machine sends its data to. */
  processServerId: string;
  /** The drive of the master target that keeps retention points; recorded. */
  retentionDrive: string;
  /** Replication group; empty: none. */
  multiVmGroupId: string;
  multiVmGroupName: string;
  /** What the replica machine is called. */
  vmFriendlyName?: string;
  /** Name of the account that the unified agent is pushed with; absent: it is installed by hand. */
  runAsAccountId?: string;
  datastoreName?: string;
  /** Disk ids as in `machine.yaml`; absent includes all disks. */
  disksToInclude?: string[];
}

/** By instance type. Hyper-V to a second VMM site has no settings of its own in Azure: it is left out there. */
export type ProtectionSettings = HyperVReplicaAzureProtection | InMageAzureV2Protection | InMageProtection;

/** Where a machine runs. */
export type ActiveLocation = "primary" | "recovery";

/** Beyond Azure: how a change of `activeLocation` is carried out. */
export interface FailoverSettings {
  /** `planned` shuts the running side down first and sends its last changes; `unplanned` does not need it. */
  kind?: "planned" | "unplanned";
  /** `latest` (default), `latestProcessed`, `latestApplicationConsistent`, or a recovery point's name. */
  recoveryPoint?: string;
  /** `automatic` (default) commits at once; `manual` leaves the machine commit-pending (HW-5b). */
  commit?: "automatic" | "manual";
}

/** When a planned move compares whole disks by checksum before it says that nothing is lost. */
export type VerifyChoice = "always" | "whenDoubtful" | "never";

/** Whether a machine that is made from a recovery point starts before its disks are copied out of it. */
export type StartChoice = "instant" | "copied";

/** Beyond Azure: how a change of one machine's `activeLocation` is carried out. */
export interface MachineFailoverSettings extends FailoverSettings {
  /**
   * Whether a planned failover or failback compares whole disks by checksum, with the machine off. `whenDoubtful`
   * (default): unless the hypervisor tracks every write and the change logs are unbroken; always for machines in
   * folders. `never` starts the machine sooner, and trusts the change logs.
   */
  verify?: VerifyChoice;
  /**
   * `instant` (default): in a failover or drill the machine starts from the recovery point itself, and its disks are copied
   * while it runs; only where the hypervisor can do that, which QEMU can and a folder cannot. `copied`: it starts when all
   * its disks are copied.
   */
  start?: StartChoice;
}

export interface ProtectedItemInputs extends VaultScope {
  fabricName: string;
  protectionContainerName: string;
  /** Defaults to the logical name. */
  replicatedProtectedItemName?: string;
  properties?: {
    policyId?: string;
    protectableItemId?: string;
    providerSpecificDetails?: ProtectionSettings;
  };
  /** Beyond Azure: where the machine should run. A change of it declares a failover or failback. */
  activeLocation?: ActiveLocation;
  /** Beyond Azure: how a change of `activeLocation` is carried out. */
  failover?: MachineFailoverSettings;
  /**
   * Beyond Azure: ARM id of the process server that serves the machine, for machines whose own settings have no such
   * argument. Absent: the one of the site with the least to do; a change moves the machine to another one (C-3).
   */
  processServerId?: string;
  /** Beyond Azure: consent to delete the item while the machine runs at the recovery side. Default false. */
  allowDisableWhileFailedOver?: boolean;
  /** Beyond Azure: consent to a replacement that deletes the replica and all recovery points. Default false. */
  allowReplicaDeletion?: boolean;
}

export interface ProtectedItemOutputs extends CommonOutputs {
  /** Where the machine really runs. */
  activeLocation: ActiveLocation;
  /** From which recovery point the machine runs, and where; absent while it runs at the primary side. */
  runsFrom?: RunsFromOutputs;
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
    /** The machine that a failover makes. Where the machine was changed since, a preview shows an update. */
    hardware: HardwareOutputs;
  };
}

import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";
import { protectedItemKind } from "./protected-item.ts";
import type { HardwareOutputs } from "./hardware.ts";
import type { RunsFromOutputs } from "./runs-from.ts";

export const migrationItemKind: Kind = {
  kind: "migration-item",
  className: "ReplicationMigrationItem",
  title: "migration item",
  armType: protectedItemKind.armType.replace(/[^/]+$/, "replicationMigrationItems"),
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/replicationProtectionContainers/{protectionContainerName}" +
    "/replicationMigrationItems/{migrationItemName}",
  nameArgument: "migrationItemName",
  immutable: [
    "resourceGroupName",
    "resourceName",
    "fabricName",
    "protectionContainerName",
    "migrationItemName",
    "properties.policyId",
    "properties.providerSpecificDetails.instanceType",
    "properties.providerSpecificDetails.vmwareMachineId",
    "properties.providerSpecificDetails.disksToInclude",
  ],
};

export interface MigratedDisk {
  /** The disk, as `machine.yaml` names it. */
  diskId: string;
  /** `true` for the disk that the machine starts from, else `false`: text, as in Azure. */
  isOSDisk: string;
  /** ARM id of the storage account that takes the data; one for all disks of a machine. */
  logStorageAccountId: string;
  /** Name of the secret that Azure reaches the account with; recorded. */
  logStorageAccountSasSecretName: string;
  diskType?: string;
  diskEncryptionSetId?: string;
  sectorSizeInBytes?: number;
}

/** Recorded: the embedded target has no such thing. Texts such as `true` are Azure's. */
export interface TargetSecurityProfile {
  targetVmSecurityType?: string;
  isTargetVmSecureBootEnabled?: string;
  isTargetVmTpmEnabled?: string;
  isTargetVmIntegrityMonitoringEnabled?: string;
  isTargetVmConfidentialEncryptionEnabled?: string;
}

/** What Azure wants to know of a VMware machine that is to be migrated without an agent. */
export interface VMwareCbtMigration {
  instanceType: "VMwareCbt";
  /** The machine, as `{container}/replicationProtectableItems/{name}`; the last part is its name. */
  vmwareMachineId: string;
  disksToInclude: MigratedDisk[];
  /** The account that moves the data; the last part is its name, and the site's server must know it. */
  dataMoverRunAsAccountId: string;
  /** The account that takes snapshots; the last part is its name, and the site's server must know it. */
  snapshotRunAsAccountId: string;
  /** ARM id of the resource group that the machine is made in. */
  targetResourceGroupId: string;
  /** ARM id of the network that the machine joins. */
  targetNetworkId: string;
  targetSubnetName?: string;
  /** ARM id of the isolated network that test migrations use. */
  testNetworkId?: string;
  testSubnetName?: string;
  targetVmName?: string;
  targetVmSize?: string;
  licenseType?: string;
  linuxLicenseType?: string;
  sqlServerLicenseType?: string;
  performAutoResync?: string;
  performSqlBulkRegistration?: string;
  userSelectedOSName?: string;
  targetAvailabilitySetId?: string;
  targetAvailabilityZone?: string;
  targetProximityPlacementGroupId?: string;
  targetBootDiagnosticsStorageAccountId?: string;
  confidentialVmKeyVaultId?: string;
  targetVmSecurityProfile?: TargetSecurityProfile;
  targetVmTags?: Record<string, string>;
  targetDiskTags?: Record<string, string>;
  targetNicTags?: Record<string, string>;
  seedDiskTags?: Record<string, string>;
}

/** Beyond Azure: how a migration is carried out. */
export interface MigrationSettings {
  /** Whether the source is shut down before its last changes are sent. Default true. */
  shutDownSource?: boolean;
}

export interface MigrationItemInputs extends VaultScope {
  fabricName: string;
  protectionContainerName: string;
  /** Defaults to the logical name. */
  migrationItemName?: string;
  properties: {
    policyId: string;
    providerSpecificDetails: VMwareCbtMigration;
  };
  /** Beyond Azure: whether the machine is to have been migrated. A change to true migrates it; there is no way back. */
  migrated?: boolean;
  /** Beyond Azure: how the migration is carried out. */
  migration?: MigrationSettings;
  /** Beyond Azure: consent to a replacement that deletes the replica and all recovery points. Default false. */
  allowReplicaDeletion?: boolean;
}

export interface MigrationItemOutputs extends CommonOutputs {
  /** Whether the machine has been migrated. */
  migrated: boolean;
  /** From which recovery point the migrated machine runs, and where; absent until it is migrated. */
  runsFrom?: RunsFromOutputs;
  properties: {
    /** The machine that the migration makes. Where the machine was changed since, a preview shows an update. */
    hardware: HardwareOutputs;
    /** Name of the machine at the source. */
    machineName: string;
    policyId: string;
    policyFriendlyName: string;
    /** Azure's word for how far the migration is: `InitialSeedingInProgress`, `Replicating`, `MigrationSucceeded`. */
    migrationState: string;
    migrationStateDescription: string;
    /** Azure's word for the test migration: `None` or `TestMigrationSucceeded`. */
    testMigrateState: string;
    testMigrateStateDescription: string;
    allowedOperations: string[];
    /** Health of the replication: `Normal`, `Warning`, `Critical`, or `None` once it is migrated. */
    health: string;
    replicationStatus: string;
    /** How the newest migration ended; absent: there was none. */
    lastMigrationStatus?: string;
    /** When the newest migration ended; ISO 8601. */
    lastMigrationTime?: string;
    lastTestMigrationStatus?: string;
    /** When the newest test migration ended; ISO 8601. */
    lastTestMigrationTime?: string;
    providerSpecificDetails: {
      instanceType: string;
      vmwareMachineId: string;
      /** What the machine at the target is called, or will be. */
      targetVmName: string;
      initialSeedingProgressPercentage: number;
      /** Name of the newest recovery point; absent: none yet. */
      lastRecoveryPointId?: string;
      /** When it was taken; ISO 8601. */
      lastRecoveryPointReceived?: string;
      /** Name of the recovery point that the machine was made from, once it is migrated. */
      migrationRecoveryPointId?: string;
    };
  };
}

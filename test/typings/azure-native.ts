/**
 * Our arguments against those of `@pulumi/azure-native`, proved by the compiler: a program moves between the
 * embedded engine and Azure by a change of its import. There is nothing to run here.
 */
import type { VirtualNetworkArgs as AzureNetwork } from "@pulumi/azure-native/network/virtualNetwork.js";
import type { ReplicationFabricArgs as AzureFabric } from "@pulumi/azure-native/recoveryservices/replicationFabric.js";
import type { ReplicationMigrationItemArgs as AzureMigration } from "@pulumi/azure-native/recoveryservices/replicationMigrationItem.js";
import type { ReplicationNetworkMappingArgs as AzureNetworkMapping } from "@pulumi/azure-native/recoveryservices/replicationNetworkMapping.js";
import type { ReplicationPolicyArgs as AzurePolicy } from "@pulumi/azure-native/recoveryservices/replicationPolicy.js";
import type { ReplicationProtectedItemArgs as AzureItem } from "@pulumi/azure-native/recoveryservices/replicationProtectedItem.js";
import type { ReplicationProtectionClusterArgs as AzureCluster } from "@pulumi/azure-native/recoveryservices/replicationProtectionCluster.js";
import type { ReplicationProtectionContainerMappingArgs as AzureContainerMapping } from "@pulumi/azure-native/recoveryservices/replicationProtectionContainerMapping.js";
import type { ReplicationRecoveryPlanArgs as AzurePlan } from "@pulumi/azure-native/recoveryservices/replicationRecoveryPlan.js";
import type { ReplicationRecoveryServicesProviderArgs as AzureProvider } from "@pulumi/azure-native/recoveryservices/replicationRecoveryServicesProvider.js";
import type { ReplicationStorageClassificationMappingArgs as AzureStorageMapping } from "@pulumi/azure-native/recoveryservices/replicationStorageClassificationMapping.js";
import type { ReplicationvCenterArgs as AzureVcenter } from "@pulumi/azure-native/recoveryservices/replicationvCenter.js";
import type { VaultArgs as AzureVault } from "@pulumi/azure-native/recoveryservices/vault.js";
import type { StorageAccountArgs as AzureStorage } from "@pulumi/azure-native/storage/storageAccount.js";
import type * as ours from "../../provider/index.ts";
import type { Fits, ForeignKeys, None } from "./foreign-keys.ts";

/** The properties that stand last in each interface, under "Beyond Azure". */
type BeyondAzure =
  | "activeLocation"
  | "failover"
  | "migrated"
  | "migration"
  | "allowDisableWhileFailedOver"
  | "allowReplicaDeletion"
  | "inventoryFolder"
  | "processServerId"
  | "runAsAccounts"
  | "vContinuumConsole"
  | "officeHours"
  | "url"
  | "endpoint"
  | "region"
  | "pathStyle"
  | "certificateAuthorityFile"
  | "credentials"
  | "retentionLock"
  | "mayDelete";
type Shared<T> = Omit<T, BeyondAzure>;

/**
 * A fabric as Azure lets anybody declare it; VMM and VMware fabrics are beyond Azure. Its words for a Hyper-V site are
 * in examples and answers, and in no type of azure-native.
 */
type AzureSite = Omit<ours.FabricInputs, "properties"> & {
  properties?: {
    customDetails?: Exclude<
      FabricDetails,
      { instanceType: "VMM" | "VMware" | "HyperVSite" | "FabricSpecificCreationInput" }
    >;
  };
};
type FabricDetails = NonNullable<NonNullable<ours.FabricInputs["properties"]>["customDetails"]>;

/** The plain inputs fit, the arguments with outputs in them fit, and no key at any depth is of our own making. */
type Moves<Inputs extends Theirs, Args extends Theirs, Theirs, _Keys extends never> = [Inputs, Args, Theirs];

export type Proofs = [
  Moves<ours.VaultInputs, ours.VaultArgs, AzureVault, ForeignKeys<ours.VaultInputs, AzureVault>>,
  Moves<
    Shared<ours.StorageAccountInputs>,
    Shared<ours.StorageAccountArgs>,
    AzureStorage,
    ForeignKeys<Shared<ours.StorageAccountInputs>, AzureStorage>
  >,
  Moves<
    ours.VirtualNetworkInputs,
    ours.VirtualNetworkArgs,
    AzureNetwork,
    ForeignKeys<ours.VirtualNetworkInputs, AzureNetwork>
  >,
  Moves<AzureSite, ours.ArgsOf<AzureSite>, AzureFabric, ForeignKeys<AzureSite, AzureFabric>>,
  Moves<
    Shared<ours.ServicesProviderInputs>,
    Shared<ours.ReplicationRecoveryServicesProviderArgs>,
    AzureProvider,
    ForeignKeys<Shared<ours.ServicesProviderInputs>, AzureProvider>
  >,
  Moves<
    ours.ContainerMappingInputs,
    ours.ReplicationProtectionContainerMappingArgs,
    AzureContainerMapping,
    ForeignKeys<ours.ContainerMappingInputs, AzureContainerMapping>
  >,
  Moves<
    Shared<ours.PolicyInputs>,
    Shared<ours.ReplicationPolicyArgs>,
    AzurePolicy,
    ForeignKeys<Shared<ours.PolicyInputs>, AzurePolicy>
  >,
  Moves<
    ours.NetworkMappingInputs,
    ours.ReplicationNetworkMappingArgs,
    AzureNetworkMapping,
    ForeignKeys<ours.NetworkMappingInputs, AzureNetworkMapping>
  >,
  Moves<
    ours.StorageClassificationMappingInputs,
    ours.ReplicationStorageClassificationMappingArgs,
    AzureStorageMapping,
    ForeignKeys<ours.StorageClassificationMappingInputs, AzureStorageMapping>
  >,
  Moves<
    Shared<ours.VcenterInputs>,
    Shared<ours.ReplicationvCenterArgs>,
    AzureVcenter,
    ForeignKeys<Shared<ours.VcenterInputs>, AzureVcenter>
  >,
  Moves<
    Shared<ours.ProtectedItemInputs>,
    Shared<ours.ReplicationProtectedItemArgs>,
    AzureItem,
    ForeignKeys<Shared<ours.ProtectedItemInputs>, AzureItem>
  >,
  Moves<
    Shared<ours.ProtectionClusterInputs>,
    Shared<ours.ReplicationProtectionClusterArgs>,
    AzureCluster,
    ForeignKeys<Shared<ours.ProtectionClusterInputs>, AzureCluster>
  >,
  Moves<
    Shared<ours.MigrationItemInputs>,
    Shared<ours.ReplicationMigrationItemArgs>,
    AzureMigration,
    ForeignKeys<Shared<ours.MigrationItemInputs>, AzureMigration>
  >,
  Moves<
    Shared<ours.RecoveryPlanInputs>,
    Shared<ours.ReplicationRecoveryPlanArgs>,
    AzurePlan,
    ForeignKeys<Shared<ours.RecoveryPlanInputs>, AzurePlan>
  >,
];

// The proofs above prove nothing unless they fail when they should.
type Misspelt = Omit<ours.PolicyInputs, "properties"> & {
  properties?: {
    providerSpecificInput?: { instanceType: "HyperVReplicaAzure"; replicationIntervall?: number };
  };
};
type MisspeltInList = Omit<ours.RecoveryPlanInputs, "properties"> & {
  properties: {
    primaryFabricId: string;
    recoveryFabricId: string;
    groups: {
      groupType: string;
      startGroupActions?: {
        actionName: string;
        failoverTypes: string[];
        failoverDirections: string[];
        customDetails: { instanceType: "ManualActionDetails"; descripton?: string };
      }[];
    }[];
  };
};

export type Refutations = [
  // @ts-expect-error a key that azure-native does not have, two levels down
  None<ForeignKeys<Misspelt, AzurePolicy>>,
  // @ts-expect-error a key that azure-native does not have, in a list of a list
  None<ForeignKeys<MisspeltInList, AzurePlan>>,
  // @ts-expect-error what the engine adds is not in azure-native
  None<ForeignKeys<ours.ProtectedItemInputs, AzureItem>>,
  // @ts-expect-error a sort of fabric that azure-native does not have
  Fits<ours.FabricInputs, AzureFabric>,
  // @ts-expect-error a number where azure-native has a string
  Fits<{ resourceGroupName: string; resourceName: string; policyName: number }, AzurePolicy>,
];

/** Which key it is, so that the refutations above are known to fail for the right reason. */
export const found: [
  ForeignKeys<Misspelt, AzurePolicy>,
  ForeignKeys<MisspeltInList, AzurePlan>,
  Exclude<ForeignKeys<ours.ProtectedItemInputs, AzureItem>, ".failover">,
] = [
  ".properties.providerSpecificInput.replicationIntervall",
  ".properties.groups[].startGroupActions[].customDetails.descripton",
  ".activeLocation",
];

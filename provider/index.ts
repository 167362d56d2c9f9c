/**
 * The package's front door: the resources that a Pulumi program declares, with their argument types under the
 * names of `@pulumi/azure-native` `recoveryservices`, and the values that some of the arguments take.
 */
export { declareStack, type DeclaredStack } from "./declare-stack.ts";
export * from "./dynamic/enums.ts";
export type { ArgsOf, InputOf } from "./dynamic/input-of.ts";
export * from "./dynamic/resources.ts";
export type { VaultInputs, VaultOutputs, VaultProperties } from "./kinds/vault.ts";
export type { StorageAccountInputs, StorageAccountOutputs } from "./kinds/storage-account.ts";
export type { VirtualNetworkInputs, VirtualNetworkOutputs } from "./kinds/virtual-network.ts";
export type { AzureFabricDetails, FabricInputs, FabricOutputs, FabricType } from "./kinds/fabric.ts";
export type {
  IdentityProvider,
  ServicesProviderInputs,
  ServicesProviderOutputs,
} from "./kinds/services-provider.ts";
export type { ProtectionContainerInputs, ProtectionContainerOutputs } from "./kinds/protection-container.ts";
export type {
  ContainerMappingInputs,
  ContainerMappingOutputs,
  VMwareCbtContainerMapping,
} from "./kinds/container-mapping.ts";
export type {
  HyperVReplicaAzurePolicy,
  PolicyInputs,
  PolicyOutputs,
  VMwareCbtPolicy,
} from "./kinds/policy.ts";
export type { NetworkMappingInputs, NetworkMappingOutputs } from "./kinds/network-mapping.ts";
export type {
  ActiveLocation,
  FailoverSettings,
  MachineFailoverSettings,
  VerifyChoice,
  HyperVReplicaAzureProtection,
  ProtectedItemInputs,
  ProtectedItemOutputs,
} from "./kinds/protected-item.ts";
export type {
  MigratedDisk,
  MigrationItemInputs,
  MigrationItemOutputs,
  MigrationSettings,
  TargetSecurityProfile,
  VMwareCbtMigration,
} from "./kinds/migration-item.ts";
export type { ProtectionClusterInputs, ProtectionClusterOutputs } from "./kinds/protection-cluster.ts";
export type {
  RecoveryPlanAction,
  RecoveryPlanGroup,
  RecoveryPlanInputs,
  RecoveryPlanOutputs,
} from "./kinds/recovery-plan.ts";
export type { RunsFromOutputs } from "./kinds/runs-from.ts";
export type { DrillInputs, DrillOutputs } from "./kinds/drill.ts";
export type { HostInputs, HostOutputs } from "./kinds/host.ts";
export type { VcenterInputs, VcenterOutputs } from "./kinds/vcenter.ts";
export type { MasterTargetInputs, MasterTargetOutputs } from "./kinds/master-target.ts";
export type { Bandwidth, ProcessServerInputs, ProcessServerOutputs } from "./kinds/process-server.ts";
export type { VmNetworkInputs, VmNetworkOutputs } from "./kinds/vm-network.ts";
export type {
  StorageClassificationInputs,
  StorageClassificationOutputs,
} from "./kinds/storage-classification.ts";
export type {
  StorageClassificationMappingInputs,
  StorageClassificationMappingOutputs,
} from "./kinds/storage-classification-mapping.ts";
export type { NetworkPathInputs, NetworkPathOutputs } from "./kinds/network-path.ts";

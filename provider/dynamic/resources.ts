/** Written by `npm run generate` from provider/kinds, schema and schema/outputs. Do not change it by hand. */
import type * as pulumi from "@pulumi/pulumi";
import { type VaultInputs, vaultKind, type VaultOutputs } from "../kinds/vault.ts";
import {
  type StorageAccountInputs,
  storageAccountKind,
  type StorageAccountOutputs,
} from "../kinds/storage-account.ts";
import {
  type VirtualNetworkInputs,
  virtualNetworkKind,
  type VirtualNetworkOutputs,
} from "../kinds/virtual-network.ts";
import { type FabricInputs, fabricKind, type FabricOutputs } from "../kinds/fabric.ts";
import {
  type ServicesProviderInputs,
  servicesProviderKind,
  type ServicesProviderOutputs,
} from "../kinds/services-provider.ts";
import { type NetworkPathInputs, networkPathKind, type NetworkPathOutputs } from "../kinds/network-path.ts";
import {
  type ProtectionContainerInputs,
  protectionContainerKind,
  type ProtectionContainerOutputs,
} from "../kinds/protection-container.ts";
import { type HostInputs, hostKind, type HostOutputs } from "../kinds/host.ts";
import { type VcenterInputs, vcenterKind, type VcenterOutputs } from "../kinds/vcenter.ts";
import {
  type MasterTargetInputs,
  masterTargetKind,
  type MasterTargetOutputs,
} from "../kinds/master-target.ts";
import {
  type ProcessServerInputs,
  processServerKind,
  type ProcessServerOutputs,
} from "../kinds/process-server.ts";
import {
  type ContainerMappingInputs,
  containerMappingKind,
  type ContainerMappingOutputs,
} from "../kinds/container-mapping.ts";
import { type PolicyInputs, policyKind, type PolicyOutputs } from "../kinds/policy.ts";
import { type VmNetworkInputs, vmNetworkKind, type VmNetworkOutputs } from "../kinds/vm-network.ts";
import {
  type NetworkMappingInputs,
  networkMappingKind,
  type NetworkMappingOutputs,
} from "../kinds/network-mapping.ts";
import {
  type StorageClassificationInputs,
  storageClassificationKind,
  type StorageClassificationOutputs,
} from "../kinds/storage-classification.ts";
import {
  type StorageClassificationMappingInputs,
  storageClassificationMappingKind,
  type StorageClassificationMappingOutputs,
} from "../kinds/storage-classification-mapping.ts";
import {
  type ProtectedItemInputs,
  protectedItemKind,
  type ProtectedItemOutputs,
} from "../kinds/protected-item.ts";
import {
  type ProtectionClusterInputs,
  protectionClusterKind,
  type ProtectionClusterOutputs,
} from "../kinds/protection-cluster.ts";
import {
  type MigrationItemInputs,
  migrationItemKind,
  type MigrationItemOutputs,
} from "../kinds/migration-item.ts";
import {
  type RecoveryPlanInputs,
  recoveryPlanKind,
  type RecoveryPlanOutputs,
} from "../kinds/recovery-plan.ts";
import { type DrillInputs, drillKind, type DrillOutputs } from "../kinds/drill.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type VaultArgs = DeclaredArgs<VaultInputs>;

/** The management boundary that everything else lives in. */
export class Vault extends DeclaredResource {
  declare readonly name: pulumi.Output<VaultOutputs["name"]>;
  declare readonly type: pulumi.Output<VaultOutputs["type"]>;
  declare readonly properties: pulumi.Output<VaultOutputs["properties"]>;

  constructor(name: string, args: VaultArgs, options?: pulumi.CustomResourceOptions) {
    super(vaultKind, name, args, ["name", "type", "properties"], options);
  }
}

export type StorageAccountArgs = DeclaredArgs<StorageAccountInputs>;

/** Where replicas are kept, compressed and encrypted: in a container of Azure Storage, a bucket of S3, at another site, in a folder, or by default in the engine's home. */
export class StorageAccount extends DeclaredResource {
  declare readonly name: pulumi.Output<StorageAccountOutputs["name"]>;
  declare readonly type: pulumi.Output<StorageAccountOutputs["type"]>;
  declare readonly provisioningState: pulumi.Output<StorageAccountOutputs["provisioningState"]>;

  constructor(name: string, args: StorageAccountArgs, options?: pulumi.CustomResourceOptions) {
    super(storageAccountKind, name, args, ["name", "type", "provisioningState"], options);
  }
}

export type VirtualNetworkArgs = DeclaredArgs<VirtualNetworkInputs>;

/** A network of the recovery side that replica machines join. */
export class VirtualNetwork extends DeclaredResource {
  declare readonly name: pulumi.Output<VirtualNetworkOutputs["name"]>;
  declare readonly type: pulumi.Output<VirtualNetworkOutputs["type"]>;
  declare readonly provisioningState: pulumi.Output<VirtualNetworkOutputs["provisioningState"]>;

  constructor(name: string, args: VirtualNetworkArgs, options?: pulumi.CustomResourceOptions) {
    super(virtualNetworkKind, name, args, ["name", "type", "provisioningState"], options);
  }
}

export type ReplicationFabricArgs = DeclaredArgs<FabricInputs>;

/** A site whose machines are protected, or Azure. Without customDetails it is a Hyper-V site. */
export class ReplicationFabric extends DeclaredResource {
  declare readonly name: pulumi.Output<FabricOutputs["name"]>;
  declare readonly type: pulumi.Output<FabricOutputs["type"]>;
  declare readonly properties: pulumi.Output<FabricOutputs["properties"]>;

  constructor(name: string, args: ReplicationFabricArgs, options?: pulumi.CustomResourceOptions) {
    super(fabricKind, name, args, ["name", "type", "properties"], options);
  }
}

export type ReplicationRecoveryServicesProviderArgs = DeclaredArgs<ServicesProviderInputs>;

/** The registration of a Hyper-V host, of the Provider of a VMM server, or of a configuration server. */
export class ReplicationRecoveryServicesProvider extends DeclaredResource {
  declare readonly name: pulumi.Output<ServicesProviderOutputs["name"]>;
  declare readonly type: pulumi.Output<ServicesProviderOutputs["type"]>;
  declare readonly properties: pulumi.Output<ServicesProviderOutputs["properties"]>;

  constructor(
    name: string,
    args: ReplicationRecoveryServicesProviderArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(servicesProviderKind, name, args, ["name", "type", "properties"], options);
  }
}

export type NetworkPathArgs = DeclaredArgs<NetworkPathInputs>;

/** How a site reaches the other side, and what of it is open. */
export class NetworkPath extends DeclaredResource {
  declare readonly name: pulumi.Output<NetworkPathOutputs["name"]>;
  declare readonly type: pulumi.Output<NetworkPathOutputs["type"]>;
  declare readonly properties: pulumi.Output<NetworkPathOutputs["properties"]>;

  constructor(name: string, args: NetworkPathArgs, options?: pulumi.CustomResourceOptions) {
    super(networkPathKind, name, args, ["name", "type", "properties"], options);
  }
}

export type ReplicationProtectionContainerArgs = DeclaredArgs<ProtectionContainerInputs>;

/** The set of machines of a site; in a VMM fabric, a cloud. */
export class ReplicationProtectionContainer extends DeclaredResource {
  declare readonly name: pulumi.Output<ProtectionContainerOutputs["name"]>;
  declare readonly type: pulumi.Output<ProtectionContainerOutputs["type"]>;
  declare readonly properties: pulumi.Output<ProtectionContainerOutputs["properties"]>;

  constructor(
    name: string,
    args: ReplicationProtectionContainerArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(protectionContainerKind, name, args, ["name", "type", "properties"], options);
  }
}

export type ReplicationHostArgs = DeclaredArgs<HostInputs>;

/** A Hyper-V host of a VMM cloud, with the folder that holds its machines. */
export class ReplicationHost extends DeclaredResource {
  declare readonly name: pulumi.Output<HostOutputs["name"]>;
  declare readonly type: pulumi.Output<HostOutputs["type"]>;
  declare readonly properties: pulumi.Output<HostOutputs["properties"]>;

  constructor(name: string, args: ReplicationHostArgs, options?: pulumi.CustomResourceOptions) {
    super(hostKind, name, args, ["name", "type", "properties"], options);
  }
}

export type ReplicationvCenterArgs = DeclaredArgs<VcenterInputs>;

/** A vCenter server, which a configuration server reads to discover virtual machines. */
export class ReplicationvCenter extends DeclaredResource {
  declare readonly name: pulumi.Output<VcenterOutputs["name"]>;
  declare readonly type: pulumi.Output<VcenterOutputs["type"]>;
  declare readonly properties: pulumi.Output<VcenterOutputs["properties"]>;

  constructor(name: string, args: ReplicationvCenterArgs, options?: pulumi.CustomResourceOptions) {
    super(vcenterKind, name, args, ["name", "type", "properties"], options);
  }
}

export type MasterTargetArgs = DeclaredArgs<MasterTargetInputs>;

/** Takes the data that comes to its side: in failback from Azure, and in replication between sites. */
export class MasterTarget extends DeclaredResource {
  declare readonly name: pulumi.Output<MasterTargetOutputs["name"]>;
  declare readonly type: pulumi.Output<MasterTargetOutputs["type"]>;
  declare readonly properties: pulumi.Output<MasterTargetOutputs["properties"]>;

  constructor(name: string, args: MasterTargetArgs, options?: pulumi.CustomResourceOptions) {
    super(masterTargetKind, name, args, ["name", "type", "properties"], options);
  }
}

export type ProcessServerArgs = DeclaredArgs<ProcessServerInputs>;

/** A server that takes the data of the machines that it serves, keeps it in a cache and sends it to the target. */
export class ProcessServer extends DeclaredResource {
  declare readonly name: pulumi.Output<ProcessServerOutputs["name"]>;
  declare readonly type: pulumi.Output<ProcessServerOutputs["type"]>;
  declare readonly properties: pulumi.Output<ProcessServerOutputs["properties"]>;

  constructor(name: string, args: ProcessServerArgs, options?: pulumi.CustomResourceOptions) {
    super(processServerKind, name, args, ["name", "type", "properties"], options);
  }
}

export type ReplicationProtectionContainerMappingArgs = DeclaredArgs<ContainerMappingInputs>;

/** Ties a policy to a container, and so to every machine on its hosts. */
export class ReplicationProtectionContainerMapping extends DeclaredResource {
  declare readonly name: pulumi.Output<ContainerMappingOutputs["name"]>;
  declare readonly type: pulumi.Output<ContainerMappingOutputs["type"]>;
  declare readonly properties: pulumi.Output<ContainerMappingOutputs["properties"]>;

  constructor(
    name: string,
    args: ReplicationProtectionContainerMappingArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(containerMappingKind, name, args, ["name", "type", "properties"], options);
  }
}

export type ReplicationPolicyArgs = DeclaredArgs<PolicyInputs>;

/** How often to replicate and how long recovery points are kept. */
export class ReplicationPolicy extends DeclaredResource {
  declare readonly name: pulumi.Output<PolicyOutputs["name"]>;
  declare readonly type: pulumi.Output<PolicyOutputs["type"]>;
  declare readonly properties: pulumi.Output<PolicyOutputs["properties"]>;

  constructor(name: string, args: ReplicationPolicyArgs, options?: pulumi.CustomResourceOptions) {
    super(policyKind, name, args, ["name", "type", "properties"], options);
  }
}

export type VmNetworkArgs = DeclaredArgs<VmNetworkInputs>;

/** A network that virtual machines of a fabric join. */
export class VmNetwork extends DeclaredResource {
  declare readonly name: pulumi.Output<VmNetworkOutputs["name"]>;
  declare readonly type: pulumi.Output<VmNetworkOutputs["type"]>;
  declare readonly properties: pulumi.Output<VmNetworkOutputs["properties"]>;

  constructor(name: string, args: VmNetworkArgs, options?: pulumi.CustomResourceOptions) {
    super(vmNetworkKind, name, args, ["name", "type", "properties"], options);
  }
}

export type ReplicationNetworkMappingArgs = DeclaredArgs<NetworkMappingInputs>;

/** Machines on a network of the site join this network after a failover. */
export class ReplicationNetworkMapping extends DeclaredResource {
  declare readonly name: pulumi.Output<NetworkMappingOutputs["name"]>;
  declare readonly type: pulumi.Output<NetworkMappingOutputs["type"]>;
  declare readonly properties: pulumi.Output<NetworkMappingOutputs["properties"]>;

  constructor(name: string, args: ReplicationNetworkMappingArgs, options?: pulumi.CustomResourceOptions) {
    super(networkMappingKind, name, args, ["name", "type", "properties"], options);
  }
}

export type StorageClassificationArgs = DeclaredArgs<StorageClassificationInputs>;

/** A name for the storage that replicas of a class are kept on. */
export class StorageClassification extends DeclaredResource {
  declare readonly name: pulumi.Output<StorageClassificationOutputs["name"]>;
  declare readonly type: pulumi.Output<StorageClassificationOutputs["type"]>;
  declare readonly properties: pulumi.Output<StorageClassificationOutputs["properties"]>;

  constructor(name: string, args: StorageClassificationArgs, options?: pulumi.CustomResourceOptions) {
    super(storageClassificationKind, name, args, ["name", "type", "properties"], options);
  }
}

export type ReplicationStorageClassificationMappingArgs = DeclaredArgs<StorageClassificationMappingInputs>;

/** Machines whose disks are on storage of one class (storageClassification in machine.yaml) have their replicas on storage of the other. It counts for machines that are protected from then on; a replica that is there stays where it is. */
export class ReplicationStorageClassificationMapping extends DeclaredResource {
  declare readonly name: pulumi.Output<StorageClassificationMappingOutputs["name"]>;
  declare readonly type: pulumi.Output<StorageClassificationMappingOutputs["type"]>;
  declare readonly properties: pulumi.Output<StorageClassificationMappingOutputs["properties"]>;

  constructor(
    name: string,
    args: ReplicationStorageClassificationMappingArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(storageClassificationMappingKind, name, args, ["name", "type", "properties"], options);
  }
}

export type ReplicationProtectedItemArgs = DeclaredArgs<ProtectedItemInputs>;

/** A machine that is protected: where it is replicated to, and where it should be running. */
export class ReplicationProtectedItem extends DeclaredResource {
  declare readonly name: pulumi.Output<ProtectedItemOutputs["name"]>;
  declare readonly type: pulumi.Output<ProtectedItemOutputs["type"]>;
  declare readonly activeLocation: pulumi.Output<ProtectedItemOutputs["activeLocation"]>;
  declare readonly runsFrom: pulumi.Output<ProtectedItemOutputs["runsFrom"]>;
  declare readonly properties: pulumi.Output<ProtectedItemOutputs["properties"]>;

  constructor(name: string, args: ReplicationProtectedItemArgs, options?: pulumi.CustomResourceOptions) {
    super(
      protectedItemKind,
      name,
      args,
      ["name", "type", "activeLocation", "runsFrom", "properties"],
      options,
    );
  }
}

export type ReplicationProtectionClusterArgs = DeclaredArgs<ProtectionClusterInputs>;

/** Protected machines that are one unit: they take their recovery points at one instant, and fail over together. */
export class ReplicationProtectionCluster extends DeclaredResource {
  declare readonly name: pulumi.Output<ProtectionClusterOutputs["name"]>;
  declare readonly type: pulumi.Output<ProtectionClusterOutputs["type"]>;
  declare readonly activeLocation: pulumi.Output<ProtectionClusterOutputs["activeLocation"]>;
  declare readonly runsFrom: pulumi.Output<ProtectionClusterOutputs["runsFrom"]>;
  declare readonly properties: pulumi.Output<ProtectionClusterOutputs["properties"]>;

  constructor(name: string, args: ReplicationProtectionClusterArgs, options?: pulumi.CustomResourceOptions) {
    super(
      protectionClusterKind,
      name,
      args,
      ["name", "type", "activeLocation", "runsFrom", "properties"],
      options,
    );
  }
}

export type ReplicationMigrationItemArgs = DeclaredArgs<MigrationItemInputs>;

/** A VMware machine that moves to Azure once and for all, without an agent on it. */
export class ReplicationMigrationItem extends DeclaredResource {
  declare readonly name: pulumi.Output<MigrationItemOutputs["name"]>;
  declare readonly type: pulumi.Output<MigrationItemOutputs["type"]>;
  declare readonly migrated: pulumi.Output<MigrationItemOutputs["migrated"]>;
  declare readonly runsFrom: pulumi.Output<MigrationItemOutputs["runsFrom"]>;
  declare readonly properties: pulumi.Output<MigrationItemOutputs["properties"]>;

  constructor(name: string, args: ReplicationMigrationItemArgs, options?: pulumi.CustomResourceOptions) {
    super(migrationItemKind, name, args, ["name", "type", "migrated", "runsFrom", "properties"], options);
  }
}

export type ReplicationRecoveryPlanArgs = DeclaredArgs<RecoveryPlanInputs>;

/** Machines that fail over together, in groups and in order, with steps between them. */
export class ReplicationRecoveryPlan extends DeclaredResource {
  declare readonly name: pulumi.Output<RecoveryPlanOutputs["name"]>;
  declare readonly type: pulumi.Output<RecoveryPlanOutputs["type"]>;
  declare readonly activeLocation: pulumi.Output<RecoveryPlanOutputs["activeLocation"]>;
  declare readonly runsFrom: pulumi.Output<RecoveryPlanOutputs["runsFrom"]>;
  declare readonly properties: pulumi.Output<RecoveryPlanOutputs["properties"]>;

  constructor(name: string, args: ReplicationRecoveryPlanArgs, options?: pulumi.CustomResourceOptions) {
    super(
      recoveryPlanKind,
      name,
      args,
      ["name", "type", "activeLocation", "runsFrom", "properties"],
      options,
    );
  }
}

export type DrillArgs = DeclaredArgs<DrillInputs>;

/** A test failover of a machine or a plan into an isolated network: creating it runs the test, deleting it cleans up. With a schedule it runs when it is due and cleans up by itself. */
export class Drill extends DeclaredResource {
  declare readonly name: pulumi.Output<DrillOutputs["name"]>;
  declare readonly type: pulumi.Output<DrillOutputs["type"]>;
  declare readonly properties: pulumi.Output<DrillOutputs["properties"]>;

  constructor(name: string, args: DrillArgs, options?: pulumi.CustomResourceOptions) {
    super(drillKind, name, args, ["name", "type", "properties"], options);
  }
}

/**
 * Every kind, and what becomes of it in Azure: one table. docs/azure.md shows it to people, and a test holds the two
 * against each other.
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
import type { ReplicationStorageClassificationMappingArgs as AzureStorageMapping } from "@pulumi/azure-native/recoveryservices/replicationStorageClassificationMapping.js";
import type { ReplicationvCenterArgs as AzureVcenter } from "@pulumi/azure-native/recoveryservices/replicationvCenter.js";
import type { VaultArgs as AzureVault } from "@pulumi/azure-native/recoveryservices/vault.js";
import type { StorageAccountArgs as AzureStorage } from "@pulumi/azure-native/storage/storageAccount.js";
import type { ContainerMappingInputs } from "../../kinds/container-mapping.ts";
import type { FabricInputs } from "../../kinds/fabric.ts";
import type { KindName } from "../../kinds/kind.ts";
import type { MigrationItemInputs } from "../../kinds/migration-item.ts";
import type { NetworkMappingInputs } from "../../kinds/network-mapping.ts";
import type { PolicyInputs } from "../../kinds/policy.ts";
import type { ProtectedItemInputs } from "../../kinds/protected-item.ts";
import type { ProtectionClusterInputs } from "../../kinds/protection-cluster.ts";
import type { RecoveryPlanInputs } from "../../kinds/recovery-plan.ts";
import type { StorageAccountInputs } from "../../kinds/storage-account.ts";
import type { StorageClassificationMappingInputs } from "../../kinds/storage-classification-mapping.ts";
import type { VaultInputs } from "../../kinds/vault.ts";
import type { VcenterInputs } from "../../kinds/vcenter.ts";
import type { VirtualNetworkInputs } from "../../kinds/virtual-network.ts";
import type { ArgsOf } from "../input-of.ts";
import {
  adaptContainerMapping,
  adaptFabric,
  adaptItem,
  adaptNetworkMapping,
  adaptPlan,
  adaptPolicy,
  adaptVault,
  isRegisteredFabric,
  noteFabric,
} from "./adapt.ts";
import { created, type Fate } from "./fate.ts";
import { withLocation, withMigrated, withoutLocation } from "./own-outputs.ts";

const asr = "recoveryservices/";
const failoverIsAnAction =
  "a failover is an action in Azure, not a property of a resource. Leave it out, and fail over in the portal, with " +
  "`az`, or by the REST API.";
const migrationIsAnAction =
  "a migration is an action in Azure, not a property of a resource. Leave it out, and migrate in the portal, with `az`, " +
  "or by the REST API.";
const registered = (what: string): string =>
  `${what} registers itself with the vault, by its own set-up and the vault's registration key.`;

type ItemArgs = ArgsOf<
  Omit<
    ProtectedItemInputs,
    "activeLocation" | "failover" | "processServerId" | "allowDisableWhileFailedOver" | "allowReplicaDeletion"
  >
>;
type MigrationArgs = ArgsOf<Omit<MigrationItemInputs, "migrated" | "migration" | "allowReplicaDeletion">>;

/** Where the embedded engine keeps what Azure keeps in the account itself. */
const ownPlace = [
  "url",
  "endpoint",
  "region",
  "pathStyle",
  "certificateAuthorityFile",
  "credentials",
  "retentionLock",
  "mayDelete",
] as const;

export const fates: Readonly<Record<KindName, Fate>> = {
  vault: created<ArgsOf<VaultInputs>, AzureVault>(`${asr}vault`, "Vault", { adapt: adaptVault }),
  "storage-account": created<ArgsOf<Omit<StorageAccountInputs, (typeof ownPlace)[number]>>, AzureStorage>(
    "storage/storageAccount",
    "StorageAccount",
    { leftOut: ownPlace },
  ),
  "virtual-network": created<ArgsOf<VirtualNetworkInputs>, AzureNetwork>(
    "network/virtualNetwork",
    "VirtualNetwork",
  ),
  fabric: created<ArgsOf<Omit<FabricInputs, "properties">> & Pick<AzureFabric, "properties">, AzureFabric>(
    `${asr}replicationFabric`,
    "ReplicationFabric",
    { adapt: adaptFabric, isFound: isRegisteredFabric, onMade: noteFabric },
  ),
  "services-provider": {
    is: "found",
    why: registered("A Hyper-V host, a VMM server or a configuration server"),
  },
  "protection-container": {
    is: "found",
    why: "Azure makes it with its fabric, or for each cloud of a VMM server. Declare it under the name that Azure gave it.",
  },
  host: { is: "found", why: "The VMM server reports the hosts of its clouds." },
  vcenter: created<ArgsOf<Omit<VcenterInputs, "inventoryFolder">>, AzureVcenter>(
    `${asr}replicationvCenter`,
    "ReplicationvCenter",
    { leftOut: ["inventoryFolder"] },
  ),
  "master-target": { is: "found", why: registered("A master target") },
  "process-server": { is: "found", why: registered("A process server") },
  "network-path": { is: "found", why: "It is the network itself: what reaches Azure, and what does not." },
  policy: created<ArgsOf<Omit<PolicyInputs, "officeHours">>, AzurePolicy>(
    `${asr}replicationPolicy`,
    "ReplicationPolicy",
    {
      refused: {
        officeHours:
          "Azure has no setting for the hours in which no resync starts; it is one of the Hyper-V host's. Leave it out.",
      },
      adapt: adaptPolicy,
    },
  ),
  "container-mapping": created<ArgsOf<ContainerMappingInputs>, AzureContainerMapping>(
    `${asr}replicationProtectionContainerMapping`,
    "ReplicationProtectionContainerMapping",
    { adapt: adaptContainerMapping },
  ),
  "vm-network": { is: "found", why: "The VMM server reports its VM networks." },
  "network-mapping": created<ArgsOf<NetworkMappingInputs>, AzureNetworkMapping>(
    `${asr}replicationNetworkMapping`,
    "ReplicationNetworkMapping",
    { adapt: adaptNetworkMapping },
  ),
  "storage-classification": {
    is: "found",
    why: "The VMM server reports its storage classifications.",
  },
  "storage-classification-mapping": created<ArgsOf<StorageClassificationMappingInputs>, AzureStorageMapping>(
    `${asr}replicationStorageClassificationMapping`,
    "ReplicationStorageClassificationMapping",
  ),
  "protected-item": created<ItemArgs, AzureItem>(
    `${asr}replicationProtectedItem`,
    "ReplicationProtectedItem",
    {
      leftOut: ["allowDisableWhileFailedOver", "allowReplicaDeletion"],
      refused: {
        activeLocation: failoverIsAnAction,
        failover: failoverIsAnAction,
        processServerId:
          "Azure takes the process server of a VMware or physical machine among providerSpecificDetails, and Hyper-V " +
          "hosts send to Azure themselves. Leave it out.",
      },
      adapt: adaptItem,
      onMade: withLocation,
    },
  ),
  "recovery-plan": created<ArgsOf<Omit<RecoveryPlanInputs, "activeLocation" | "failover">>, AzurePlan>(
    `${asr}replicationRecoveryPlan`,
    "ReplicationRecoveryPlan",
    {
      refused: { activeLocation: failoverIsAnAction, failover: failoverIsAnAction },
      adapt: adaptPlan,
      onMade: withoutLocation,
    },
  ),
  "protection-cluster": created<
    ArgsOf<Omit<ProtectionClusterInputs, "activeLocation" | "failover">>,
    AzureCluster
  >(`${asr}replicationProtectionCluster`, "ReplicationProtectionCluster", {
    refused: { activeLocation: failoverIsAnAction, failover: failoverIsAnAction },
    onMade: withLocation,
  }),
  "migration-item": created<MigrationArgs, AzureMigration>(
    `${asr}replicationMigrationItem`,
    "ReplicationMigrationItem",
    {
      leftOut: ["allowReplicaDeletion"],
      refused: { migrated: migrationIsAnAction, migration: migrationIsAnAction },
      onMade: withMigrated,
    },
  ),
  drill: {
    is: "refused",
    why:
      "a test failover is an action in Azure, not a resource. Leave it out, and run it in the portal, with `az`, or by " +
      "the REST API; drills of the same machines can be declared for the engine.",
  },
};

/** Kind → resource class, for what is declared by kind rather than by name. */
import type * as pulumi from "@pulumi/pulumi";
import type { KindName } from "../kinds/kind.ts";
import { ReplicationProtectionContainerMapping } from "./container-mapping.ts";
import type { DeclaredResource } from "./declared-resource.ts";
import { Drill } from "./drill.ts";
import { ReplicationFabric } from "./fabric.ts";
import { ReplicationHost } from "./host.ts";
import { MasterTarget } from "./master-target.ts";
import { ReplicationMigrationItem } from "./migration-item.ts";
import { ReplicationNetworkMapping } from "./network-mapping.ts";
import { NetworkPath } from "./network-path.ts";
import { ReplicationPolicy } from "./policy.ts";
import { ProcessServer } from "./process-server.ts";
import { ReplicationProtectedItem } from "./protected-item.ts";
import { ReplicationProtectionCluster } from "./protection-cluster.ts";
import { ReplicationProtectionContainer } from "./protection-container.ts";
import { ReplicationRecoveryPlan } from "./recovery-plan.ts";
import { ReplicationRecoveryServicesProvider } from "./services-provider.ts";
import { StorageAccount } from "./storage-account.ts";
import { ReplicationStorageClassificationMapping } from "./storage-classification-mapping.ts";
import { StorageClassification } from "./storage-classification.ts";
import { Vault } from "./vault.ts";
import { ReplicationvCenter } from "./vcenter.ts";
import { VirtualNetwork } from "./virtual-network.ts";
import { VmNetwork } from "./vm-network.ts";

type ResourceClass = new (
  name: string,
  args: never,
  options?: pulumi.CustomResourceOptions,
) => DeclaredResource;

export const resourceClasses: Record<KindName, ResourceClass> = {
  vault: Vault,
  "storage-account": StorageAccount,
  "virtual-network": VirtualNetwork,
  fabric: ReplicationFabric,
  "services-provider": ReplicationRecoveryServicesProvider,
  "network-path": NetworkPath,
  "protection-container": ReplicationProtectionContainer,
  host: ReplicationHost,
  vcenter: ReplicationvCenter,
  "master-target": MasterTarget,
  "process-server": ProcessServer,
  "container-mapping": ReplicationProtectionContainerMapping,
  policy: ReplicationPolicy,
  "vm-network": VmNetwork,
  "network-mapping": ReplicationNetworkMapping,
  "storage-classification": StorageClassification,
  "storage-classification-mapping": ReplicationStorageClassificationMapping,
  "protected-item": ReplicationProtectedItem,
  "protection-cluster": ReplicationProtectionCluster,
  "migration-item": ReplicationMigrationItem,
  "recovery-plan": ReplicationRecoveryPlan,
  drill: Drill,
};

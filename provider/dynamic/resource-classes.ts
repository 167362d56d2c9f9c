/** Kind → resource class, for what is declared by kind rather than by name. */
import type * as pulumi from "@pulumi/pulumi";
import type { KindName } from "../kinds/kind.ts";
import { ReplicationProtectionContainerMapping } from "./container-mapping.ts";
import type { DeclaredResource } from "./declared-resource.ts";
import { Drill } from "./drill.ts";
import { ReplicationFabric } from "./fabric.ts";
import { ReplicationNetworkMapping } from "./network-mapping.ts";
import { ReplicationPolicy } from "./policy.ts";
import { ReplicationProtectedItem } from "./protected-item.ts";
import { ReplicationProtectionContainer } from "./protection-container.ts";
import { ReplicationRecoveryPlan } from "./recovery-plan.ts";
import { ReplicationRecoveryServicesProvider } from "./services-provider.ts";
import { StorageAccount } from "./storage-account.ts";
import { Vault } from "./vault.ts";
import { VirtualNetwork } from "./virtual-network.ts";

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
  "protection-container": ReplicationProtectionContainer,
  "container-mapping": ReplicationProtectionContainerMapping,
  policy: ReplicationPolicy,
  "network-mapping": ReplicationNetworkMapping,
  "protected-item": ReplicationProtectedItem,
  "recovery-plan": ReplicationRecoveryPlan,
  drill: Drill,
};

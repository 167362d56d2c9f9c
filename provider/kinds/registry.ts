/** Kind name → kind. The one list that doors, handlers and tests go through. */
import { containerMappingKind } from "./container-mapping.ts";
import { drillKind } from "./drill.ts";
import { fabricKind } from "./fabric.ts";
import { hostKind } from "./host.ts";
import type { Kind, KindName } from "./kind.ts";
import { masterTargetKind } from "./master-target.ts";
import { migrationItemKind } from "./migration-item.ts";
import { networkMappingKind } from "./network-mapping.ts";
import { networkPathKind } from "./network-path.ts";
import { policyKind } from "./policy.ts";
import { processServerKind } from "./process-server.ts";
import { protectedItemKind } from "./protected-item.ts";
import { protectionClusterKind } from "./protection-cluster.ts";
import { protectionContainerKind } from "./protection-container.ts";
import { recoveryPlanKind } from "./recovery-plan.ts";
import { servicesProviderKind } from "./services-provider.ts";
import { storageAccountKind } from "./storage-account.ts";
import { storageClassificationMappingKind } from "./storage-classification-mapping.ts";
import { storageClassificationKind } from "./storage-classification.ts";
import { vaultKind } from "./vault.ts";
import { vcenterKind } from "./vcenter.ts";
import { virtualNetworkKind } from "./virtual-network.ts";
import { vmNetworkKind } from "./vm-network.ts";

export const kinds: Record<KindName, Kind> = {
  vault: vaultKind,
  "storage-account": storageAccountKind,
  "virtual-network": virtualNetworkKind,
  fabric: fabricKind,
  "services-provider": servicesProviderKind,
  "network-path": networkPathKind,
  "protection-container": protectionContainerKind,
  host: hostKind,
  vcenter: vcenterKind,
  "master-target": masterTargetKind,
  "process-server": processServerKind,
  "container-mapping": containerMappingKind,
  policy: policyKind,
  "vm-network": vmNetworkKind,
  "network-mapping": networkMappingKind,
  "storage-classification": storageClassificationKind,
  "storage-classification-mapping": storageClassificationMappingKind,
  "protected-item": protectedItemKind,
  "protection-cluster": protectionClusterKind,
  "migration-item": migrationItemKind,
  "recovery-plan": recoveryPlanKind,
  drill: drillKind,
};

/** Kind name → kind. The one list that doors, handlers and tests go through. */
import { containerMappingKind } from "./container-mapping.ts";
import { drillKind } from "./drill.ts";
import { fabricKind } from "./fabric.ts";
import type { Kind, KindName } from "./kind.ts";
import { networkMappingKind } from "./network-mapping.ts";
import { policyKind } from "./policy.ts";
import { protectedItemKind } from "./protected-item.ts";
import { protectionContainerKind } from "./protection-container.ts";
import { recoveryPlanKind } from "./recovery-plan.ts";
import { servicesProviderKind } from "./services-provider.ts";
import { storageAccountKind } from "./storage-account.ts";
import { vaultKind } from "./vault.ts";
import { virtualNetworkKind } from "./virtual-network.ts";

export const kinds: Record<KindName, Kind> = {
  vault: vaultKind,
  "storage-account": storageAccountKind,
  "virtual-network": virtualNetworkKind,
  fabric: fabricKind,
  "services-provider": servicesProviderKind,
  "protection-container": protectionContainerKind,
  "container-mapping": containerMappingKind,
  policy: policyKind,
  "network-mapping": networkMappingKind,
  "protected-item": protectedItemKind,
  "recovery-plan": recoveryPlanKind,
  drill: drillKind,
};

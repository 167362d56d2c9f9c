/** Kind → handler. */
import type { Engine } from "../engine/engine.ts";
import type { KindName } from "../kinds/kind.ts";
import { containerMappingSettings } from "./container-mapping.ts";
import { drillHandler } from "./drill.ts";
import { fabricSettings } from "./fabric.ts";
import { fromAzure, inOwnSubscription } from "./from-azure.ts";
import type { Handler } from "./handler.ts";
import { hostSettings } from "./host.ts";
import { withKnownSettings } from "./known-settings.ts";
import { masterTargetSettings } from "./master-target.ts";
import { migrationItemHandler } from "./migration-item.ts";
import { networkMappingSettings } from "./network-mapping.ts";
import { networkPathSettings } from "./network-path.ts";
import { OwnedHandler } from "./owned-handler.ts";
import { policySettings } from "./policy.ts";
import { processServerSettings } from "./process-server.ts";
import { protectedItemHandler } from "./protected-item.ts";
import { protectionClusterHandler } from "./protection-cluster.ts";
import { protectionContainerSettings } from "./protection-container.ts";
import { recoveryPlanHandler } from "./recovery-plan.ts";
import { servicesProviderSettings } from "./services-provider.ts";
import { type SettingsKind, settingsHandler } from "./settings-handler.ts";
import { storageAccountSettings } from "./storage-account.ts";
import { storageClassificationMappingSettings } from "./storage-classification-mapping.ts";
import { storageClassificationSettings } from "./storage-classification.ts";
import { vaultSettings } from "./vault.ts";
import { vcenterSettings } from "./vcenter.ts";
import { virtualNetworkSettings } from "./virtual-network.ts";
import { vmNetworkSettings } from "./vm-network.ts";

/** A handler whose own types are put aside: doors hand it plain arguments that `check` has passed. */
function untyped<Inputs extends object, Outputs extends object>(handler: Handler<Inputs, Outputs>): Handler {
  return handler as unknown as Handler;
}

function settings<Inputs extends object, Outputs extends object>(
  kind: SettingsKind<Inputs, Outputs>,
): (engine: Engine) => Handler {
  return (engine) => untyped(settingsHandler(engine, kind));
}

const makers: Record<KindName, (engine: Engine) => Handler> = {
  vault: settings(vaultSettings),
  "storage-account": settings(storageAccountSettings),
  "virtual-network": settings(virtualNetworkSettings),
  fabric: settings(fabricSettings),
  "services-provider": settings(servicesProviderSettings),
  "network-path": settings(networkPathSettings),
  "protection-container": settings(protectionContainerSettings),
  host: settings(hostSettings),
  vcenter: settings(vcenterSettings),
  "master-target": settings(masterTargetSettings),
  "process-server": settings(processServerSettings),
  "container-mapping": settings(containerMappingSettings),
  policy: settings(policySettings),
  "vm-network": settings(vmNetworkSettings),
  "network-mapping": settings(networkMappingSettings),
  "storage-classification": settings(storageClassificationSettings),
  "storage-classification-mapping": settings(storageClassificationMappingSettings),
  "protected-item": (engine) => untyped(protectedItemHandler(engine)),
  "protection-cluster": (engine) => untyped(protectionClusterHandler(engine)),
  "migration-item": (engine) => untyped(migrationItemHandler(engine)),
  "recovery-plan": (engine) => untyped(recoveryPlanHandler(engine)),
  drill: (engine) => untyped(drillHandler(engine)),
};

/** The handler of a kind. */
export function handlerOf(kind: KindName, engine: Engine): Handler {
  const handler = makers[kind](engine);
  const knowing: Handler = {
    ...handler,
    withDefaults: (wanted) => handler.withDefaults(fromAzure(wanted)),
    check: (wanted) => handler.check(fromAzure(wanted)),
    diff: (id, last, wanted) =>
      handler.diff(
        id,
        fromAzure(last),
        withKnownSettings(fromAzure(wanted), handler.withDefaults(fromAzure(last))),
      ),
    read: (id, owner) => handler.read(inOwnSubscription(id), owner),
    create: (wanted, work) => handler.create(fromAzure(wanted), work),
    update: (id, last, wanted, work) => handler.update(id, fromAzure(last), fromAzure(wanted), work),
  };
  return new OwnedHandler(knowing, engine);
}

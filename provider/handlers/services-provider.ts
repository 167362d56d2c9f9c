import { identifierOf, nameOf, sameId } from "../arm-id.ts";
import { SiteRecoveryError } from "../errors.ts";
import { fabricKind } from "../kinds/fabric.ts";
import {
  type ServicesProviderInputs,
  servicesProviderKind,
  type ServicesProviderOutputs,
} from "../kinds/services-provider.ts";
import { inventoryFailures, withAbsoluteFolder } from "./absolute-folder.ts";
import { fabricIdOf, fabricTypeOf, refuse, requireFabricType, type Ruled } from "./fabric-rules.ts";
import { parentReference, type SettingsKind } from "./settings-handler.ts";
import { said } from "../message.ts";

/** A fabric of one server has one: C-1, and a VMM server is what a VMM fabric stands for. */
function requireOnly({ engine, id, inputs }: Ruled, server: string): void {
  const fabricId = fabricIdOf(inputs);
  const other = engine
    .listThings({ kind: "services-provider", under: fabricId })
    .find((one) => !sameId(one.id, id));
  if (!other) return;
  const message = said`The fabric ${nameOf(fabricId)} has a ${server} already, ${nameOf(other.id)}, and has one only.
      Declare another fabric for ${nameOf(id)}.`;
  throw new SiteRecoveryError("AlreadyExists", message, { target: id, property: "fabricName" });
}

function requireRegistration(ruled: Ruled, inputs: ServicesProviderInputs): void {
  const { engine, id, kind } = ruled;
  const why = "it registers a host, a VMM server or a configuration server";
  const type = requireFabricType(ruled, ["HyperVSite", "VMM", "VMware"], why);
  if (type === "VMM") requireOnly(ruled, "VMM server");
  if (type === "VMware") requireOnly(ruled, "configuration server");
  if (type !== "VMware" && inputs.runAsAccounts !== undefined)
    refuse(ruled, "runAsAccounts", said`are accounts of a configuration server; leave them out`);
  if (type !== "VMware" && inputs.vContinuumConsole !== undefined)
    refuse(ruled, "vContinuumConsole", said`is the console of a configuration server; leave it out`);
  const folder = inputs.inventoryFolder;
  if (type === "VMM" && folder !== undefined) {
    const reason = said`is for hosts and configuration servers; declare a ReplicationHost for each of the VMM server's`;
    refuse(ruled, "inventoryFolder", said`${reason} hosts, with its own`);
  }
  if (type === "HyperVSite" && folder === undefined) {
    const reason = said`is missing: it is the folder that holds the host's machines, one folder a machine, each with`;
    refuse(ruled, "inventoryFolder", said`${reason} a machine.yaml and its disk images`);
  }
  if (folder !== undefined)
    engine.components.requireInventory(id, kind.kind, { property: "inventoryFolder", folder });
}

export const servicesProviderSettings: SettingsKind<ServicesProviderInputs, ServicesProviderOutputs> = {
  kind: servicesProviderKind,
  withDefaults: (inputs) => withAbsoluteFolder(inputs, "inventoryFolder"),
  rules: inventoryFailures,
  references: (inputs) => [parentReference(fabricKind, "fabricName", inputs)],
  outputs: async (engine, id, inputs) => {
    const folder = inputs.inventoryFolder;
    const isConnected = folder === undefined || (await engine.components.isReachable(folder));
    return {
      name: nameOf(id),
      type: servicesProviderKind.armType,
      properties: {
        friendlyName: inputs.properties.machineName,
        fabricType: fabricTypeOf(engine, inputs),
        connectionStatus: isConnected ? "Connected" : "Disconnected",
        lastHeartBeat: engine.components.lastSeen(id),
        protectedItemCount: await engine.hosts.protectedItemCount(id),
        draIdentifier: identifierOf(id),
        machineName: inputs.properties.machineName,
        ...(inputs.vContinuumConsole === undefined ? {} : { vContinuumConsole: inputs.vContinuumConsole }),
      },
    };
  },
  require: (engine, id, inputs) =>
    requireRegistration({ engine, kind: servicesProviderKind, id, inputs }, inputs),
};

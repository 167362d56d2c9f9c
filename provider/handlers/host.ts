import { nameOf } from "../arm-id.ts";
import { fabricKind } from "../kinds/fabric.ts";
import { type HostInputs, hostKind, type HostOutputs } from "../kinds/host.ts";
import { protectionContainerKind } from "../kinds/protection-container.ts";
import { inventoryFailures, withAbsoluteFolder } from "./absolute-folder.ts";
import { requireFabricType, requireProvider } from "./fabric-rules.ts";
import { parentReference, type SettingsKind } from "./settings-handler.ts";

export const hostSettings: SettingsKind<HostInputs, HostOutputs> = {
  kind: hostKind,
  withDefaults: (inputs) => ({
    ...withAbsoluteFolder(inputs, "inventoryFolder"),
    recoveryServicesAgentInstalled: inputs.recoveryServicesAgentInstalled ?? true,
  }),
  rules: inventoryFailures,
  references: (inputs) => [
    parentReference(fabricKind, "fabricName", inputs),
    parentReference(protectionContainerKind, "protectionContainerName", inputs),
  ],
  outputs: async (engine, id, inputs) => {
    const isConnected = await engine.components.isReachable(inputs.inventoryFolder);
    const health = inputs.recoveryServicesAgentInstalled === false ? "Warning" : "Normal";
    return {
      name: nameOf(id),
      type: hostKind.armType,
      properties: {
        friendlyName: nameOf(id),
        connectionStatus: isConnected ? "Connected" : "Disconnected",
        health: isConnected ? health : "Critical",
        machineCount: await engine.components.machineCount(inputs.inventoryFolder),
      },
    };
  },
  require: (engine, id, inputs) => {
    const ruled = { engine, kind: hostKind, id, inputs };
    const why = "a VMM server reports its hosts; a host of a Hyper-V site registers itself";
    requireFabricType(ruled, ["VMM"], why);
    requireProvider(ruled, "VMM server", "its Provider manages the hosts of its clouds");
    const folder = inputs.inventoryFolder;
    engine.components.requireInventory(id, hostKind.kind, { property: "inventoryFolder", folder });
  },
};

import path from "node:path";
import { identifierOf, nameOf } from "../arm-id.ts";
import { flows } from "../engine/flows.ts";
import { fabricKind } from "../kinds/fabric.ts";
import {
  type ServicesProviderInputs,
  servicesProviderKind,
  type ServicesProviderOutputs,
} from "../kinds/services-provider.ts";
import { projectFolder } from "../project-folder.ts";
import { known, parentReference, type SettingsKind } from "./settings-handler.ts";

export const servicesProviderSettings: SettingsKind<ServicesProviderInputs, ServicesProviderOutputs> = {
  kind: servicesProviderKind,
  withDefaults: (inputs) => {
    const folder = known(inputs.inventoryFolder);
    return folder === undefined
      ? inputs
      : { ...inputs, inventoryFolder: path.resolve(projectFolder(), folder) };
  },
  references: (inputs) => [parentReference(fabricKind, "fabricName", inputs)],
  rules: (inputs) =>
    inputs.inventoryFolder === undefined
      ? [
          {
            property: "inventoryFolder",
            reason:
              "is missing: the embedded engine needs the folder that holds the host's machines " +
              "(one folder a machine, each with a machine.yaml and its disk images)",
          },
        ]
      : [],
  outputs: (engine, id, inputs) => ({
    name: nameOf(id),
    type: servicesProviderKind.armType,
    properties: {
      friendlyName: inputs.properties.machineName,
      fabricType: flows.S3.fabricType,
      connectionStatus: engine.hosts.isReachable(id) ? "Connected" : "Disconnected",
      lastHeartBeat: new Date(engine.findThing(id)?.updatedAt ?? 0).toISOString(),
      protectedItemCount: engine.hosts.protectedItemCount(id),
      draIdentifier: identifierOf(id),
      machineName: inputs.properties.machineName,
    },
  }),
  require: (engine, id, inputs) => engine.hosts.requireInventory(id, inputs.inventoryFolder),
};

import { nameOf } from "../arm-id.ts";
import { fabricKind } from "../kinds/fabric.ts";
import {
  type MasterTargetInputs,
  masterTargetKind,
  type MasterTargetOutputs,
} from "../kinds/master-target.ts";
import { withAbsoluteFolder } from "./absolute-folder.ts";
import { requireFabricType } from "./fabric-rules.ts";
import { parentReference, type SettingsKind } from "./settings-handler.ts";

export const masterTargetSettings: SettingsKind<MasterTargetInputs, MasterTargetOutputs> = {
  kind: masterTargetKind,
  withDefaults: (inputs) => withAbsoluteFolder(inputs, "storageFolder"),
  references: (inputs) => [parentReference(fabricKind, "fabricName", inputs)],
  outputs: (engine, id, inputs) => ({
    name: nameOf(id),
    type: masterTargetKind.armType,
    properties: {
      friendlyName: nameOf(id),
      health: engine.components.isThere(inputs.storageFolder) ? "Normal" : "Critical",
    },
  }),
  require: (engine, id, inputs) => {
    const ruled = { engine, kind: masterTargetKind, id, inputs };
    requireFabricType(ruled, ["VMware"], "master targets take data of VMware machines and physical servers");
    const folder = inputs.storageFolder;
    engine.components.requireStorage(id, masterTargetKind.kind, { property: "storageFolder", folder });
  },
};

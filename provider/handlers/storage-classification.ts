import { nameOf } from "../arm-id.ts";
import { fabricKind } from "../kinds/fabric.ts";
import {
  type StorageClassificationInputs,
  storageClassificationKind as kind,
  type StorageClassificationOutputs,
} from "../kinds/storage-classification.ts";
import { withAbsoluteFolder } from "./absolute-folder.ts";
import { requireFabricType } from "./fabric-rules.ts";
import { parentReference, type SettingsKind } from "./settings-handler.ts";

export const storageClassificationSettings: SettingsKind<
  StorageClassificationInputs,
  StorageClassificationOutputs
> = {
  kind,
  withDefaults: (inputs) => withAbsoluteFolder(inputs, "folder"),
  references: (inputs) => [parentReference(fabricKind, "fabricName", inputs)],
  outputs: (engine, id, inputs) => ({
    name: nameOf(id),
    type: kind.armType,
    properties: {
      friendlyName: nameOf(id),
      health: engine.components.isThere(inputs.folder) ? "Normal" : "Critical",
    },
  }),
  require: (engine, id, inputs) => {
    requireFabricType({ engine, kind, id, inputs }, ["VMM"], "VMM servers classify storage");
    engine.components.requireStorage(id, kind.kind, { property: "folder", folder: inputs.folder });
  },
};

import { nameOf, parentOf } from "../arm-id.ts";
import { flows } from "../engine/flows.ts";
import { fabricKind } from "../kinds/fabric.ts";
import {
  type ProtectionContainerInputs,
  protectionContainerKind,
  type ProtectionContainerOutputs,
} from "../kinds/protection-container.ts";
import { parentReference, type SettingsKind } from "./settings-handler.ts";

export const protectionContainerSettings: SettingsKind<
  ProtectionContainerInputs,
  ProtectionContainerOutputs
> = {
  kind: protectionContainerKind,
  withDefaults: (inputs) => inputs,
  references: (inputs) => [parentReference(fabricKind, "fabricName", inputs)],
  outputs: (engine, id) => ({
    name: nameOf(id),
    type: protectionContainerKind.armType,
    properties: {
      friendlyName: nameOf(id),
      fabricFriendlyName: nameOf(parentOf(id)),
      fabricType: flows.S3.fabricType,
      pairingStatus:
        engine.listThings({ kind: "container-mapping", under: id }).length > 0 ? "Paired" : "NotPaired",
      protectedItemCount: engine.listThings({ kind: "protected-item", under: id }).length,
      role: "Primary",
    },
  }),
};

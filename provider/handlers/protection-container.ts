import { nameOf, parentOf, sameId } from "../arm-id.ts";
import { fabricKind } from "../kinds/fabric.ts";
import type { ContainerMappingInputs } from "../kinds/container-mapping.ts";
import {
  type ProtectionContainerInputs,
  protectionContainerKind,
  type ProtectionContainerOutputs,
} from "../kinds/protection-container.ts";
import { fabricTypeOf, refuse } from "./fabric-rules.ts";
import { parentReference, type SettingsKind } from "./settings-handler.ts";

export const protectionContainerSettings: SettingsKind<
  ProtectionContainerInputs,
  ProtectionContainerOutputs
> = {
  kind: protectionContainerKind,
  withDefaults: (inputs) => inputs,
  references: (inputs) => [parentReference(fabricKind, "fabricName", inputs)],
  outputs: (engine, id, inputs) => {
    const isPaired = engine.listThings({ kind: "container-mapping", under: id }).length > 0;
    const isTarget = engine
      .listThings<ContainerMappingInputs>({ kind: "container-mapping" })
      .some((mapping) => sameId(mapping.inputs.properties?.targetProtectionContainerId ?? "", id));
    return {
      name: nameOf(id),
      type: protectionContainerKind.armType,
      properties: {
        friendlyName: nameOf(id),
        fabricFriendlyName: nameOf(parentOf(id)),
        fabricType: fabricTypeOf(engine, inputs),
        pairingStatus: isPaired || isTarget ? "Paired" : "NotPaired",
        protectedItemCount: engine.listThings({ kind: "protected-item", under: id }).length,
        role: isTarget && !isPaired ? "Recovery" : "Primary",
      },
    };
  },
  require: (engine, id, inputs) => {
    const ruled = { engine, kind: protectionContainerKind, id, inputs };
    const isCloud = fabricTypeOf(engine, inputs) === "VMM";
    if (isCloud && inputs.capabilityProfile === undefined)
      refuse(ruled, "capabilityProfile", "is missing: a VMM cloud is protected with one, such as Hyper-V");
    if (!isCloud && inputs.capabilityProfile !== undefined)
      refuse(ruled, "capabilityProfile", "is a setting of VMM clouds; leave it out");
  },
};

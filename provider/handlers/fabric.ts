import { CheckFailure } from "./handler.ts";
import { armIdOf, identifierOf, nameOf } from "../arm-id.ts";
import { type FabricInputs, fabricKind, type FabricOutputs } from "../kinds/fabric.ts";
import { vaultKind } from "../kinds/vault.ts";
import { fabricTypeOf } from "./fabric-rules.ts";
import { known, type Reference, type SettingsKind } from "./settings-handler.ts";
import { given, said } from "../message.ts";

/** The vault of anything in a vault: there the vault's name goes by `resourceName`. */
export function vaultReference(inputs: { resourceGroupName: string; resourceName: string }): Reference {
  const vault = { resourceGroupName: inputs.resourceGroupName, vaultName: inputs.resourceName };
  return { property: "resourceName", kind: vaultKind, id: armIdOf(vaultKind, vault) };
}

export const fabricSettings: SettingsKind<FabricInputs, FabricOutputs> = {
  kind: fabricKind,
  withDefaults: (inputs) => inputs,
  references: (inputs) => [vaultReference(inputs)],
  rules: (inputs) => {
    const details = inputs.properties?.customDetails;
    const type = known(details?.instanceType);
    if (type === undefined || type === "Azure" || !("location" in details!)) return [];
    const reason = said`is a setting of an Azure fabric; a ${given(type, "properties.customDetails.instanceType", type)} fabric has none, so leave it out`;
    return [new CheckFailure("properties.customDetails.location", reason)];
  },
  outputs: async (engine, id, inputs) => ({
    name: nameOf(id),
    type: fabricKind.armType,
    properties: {
      friendlyName: nameOf(id),
      bcdrState: "Valid",
      health: await engine.components.fabricHealth(id),
      internalIdentifier: identifierOf(id),
      customDetails: { instanceType: fabricTypeOf(engine, inputs) },
    },
  }),
};

import { armIdOf, identifierOf, nameOf } from "../arm-id.ts";
import { flows } from "../engine/flows.ts";
import { type FabricInputs, fabricKind, type FabricOutputs } from "../kinds/fabric.ts";
import { vaultKind } from "../kinds/vault.ts";
import type { Reference, SettingsKind } from "./settings-handler.ts";

/** The vault of anything in a vault: there the vault's name goes by `resourceName`. */
export function vaultReference(inputs: { resourceGroupName: string; resourceName: string }): Reference {
  const vault = { resourceGroupName: inputs.resourceGroupName, vaultName: inputs.resourceName };
  return { property: "resourceName", kind: vaultKind, id: armIdOf(vaultKind, vault) };
}

export const fabricSettings: SettingsKind<FabricInputs, FabricOutputs> = {
  kind: fabricKind,
  withDefaults: (inputs) => inputs,
  references: (inputs) => [vaultReference(inputs)],
  outputs: (engine, id, inputs) => ({
    name: nameOf(id),
    type: fabricKind.armType,
    properties: {
      friendlyName: nameOf(id),
      bcdrState: "Valid",
      health: engine.hosts.fabricHealth(id),
      internalIdentifier: identifierOf(id),
      customDetails: { instanceType: inputs.properties?.customDetails?.instanceType ?? flows.S3.fabricType },
    },
  }),
};

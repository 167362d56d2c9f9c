import { nameOf } from "../arm-id.ts";
import { type VaultInputs, vaultKind, type VaultOutputs } from "../kinds/vault.ts";
import type { SettingsKind } from "./settings-handler.ts";

export const vaultSettings: SettingsKind<VaultInputs, VaultOutputs> = {
  kind: vaultKind,
  withDefaults: (inputs) => ({
    ...inputs,
    location: inputs.location ?? "embedded",
    sku: { ...inputs.sku, name: inputs.sku?.name ?? "Standard" },
    properties: {
      ...inputs.properties,
      publicNetworkAccess: inputs.properties?.publicNetworkAccess ?? "Enabled",
    },
  }),
  references: () => [],
  outputs: (_engine, id, inputs) => ({
    name: nameOf(id),
    type: vaultKind.armType,
    properties: { ...inputs.properties, provisioningState: "Succeeded" },
  }),
};

import { nameOf } from "../arm-id.ts";
import {
  type VirtualNetworkInputs,
  virtualNetworkKind,
  type VirtualNetworkOutputs,
} from "../kinds/virtual-network.ts";
import { networkAddressFailures } from "./network-addresses.ts";
import type { SettingsKind } from "./settings-handler.ts";

export const virtualNetworkSettings: SettingsKind<VirtualNetworkInputs, VirtualNetworkOutputs> = {
  kind: virtualNetworkKind,
  withDefaults: (inputs) => ({ ...inputs, location: inputs.location ?? "embedded" }),
  references: () => [],
  rules: networkAddressFailures,
  outputs: (_engine, id) => ({
    name: nameOf(id),
    type: virtualNetworkKind.armType,
    provisioningState: "Succeeded",
  }),
};

import { nameOf, parentOf } from "../arm-id.ts";
import { fabricKind } from "../kinds/fabric.ts";
import { microsoftAzure } from "../kinds/kind.ts";
import {
  type NetworkMappingInputs,
  networkMappingKind,
  type NetworkMappingOutputs,
} from "../kinds/network-mapping.ts";
import { virtualNetworkKind } from "../kinds/virtual-network.ts";
import { parentReference, type SettingsKind } from "./settings-handler.ts";

export const networkMappingSettings: SettingsKind<NetworkMappingInputs, NetworkMappingOutputs> = {
  kind: networkMappingKind,
  withDefaults: (inputs) => ({
    ...inputs,
    properties: {
      ...inputs.properties,
      recoveryFabricName: inputs.properties.recoveryFabricName ?? microsoftAzure,
    },
  }),
  references: (inputs) => [
    parentReference(fabricKind, "fabricName", inputs),
    {
      property: "properties.recoveryNetworkId",
      kind: virtualNetworkKind,
      id: inputs.properties.recoveryNetworkId,
    },
  ],
  outputs: (_engine, id, inputs) => ({
    name: nameOf(id),
    type: networkMappingKind.armType,
    properties: {
      state: "Paired",
      primaryNetworkFriendlyName: inputs.networkName,
      primaryFabricFriendlyName: nameOf(parentOf(parentOf(id))),
      recoveryNetworkId: inputs.properties.recoveryNetworkId,
      recoveryNetworkFriendlyName: nameOf(inputs.properties.recoveryNetworkId),
      recoveryFabricFriendlyName: microsoftAzure,
    },
  }),
};

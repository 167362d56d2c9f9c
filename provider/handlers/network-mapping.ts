import { isIdOf, nameOf, parentOf } from "../arm-id.ts";
import { fabricKind } from "../kinds/fabric.ts";
import { microsoftAzure } from "../kinds/kind.ts";
import {
  type NetworkMappingInputs,
  networkMappingKind,
  type NetworkMappingOutputs,
} from "../kinds/network-mapping.ts";
import { virtualNetworkKind } from "../kinds/virtual-network.ts";
import { vmNetworkKind } from "../kinds/vm-network.ts";
import { fabricTypeOf, refuse, type Ruled } from "./fabric-rules.ts";
import { CheckFailure, unknownValue } from "./handler.ts";
import { known, parentReference, type SettingsKind } from "./settings-handler.ts";
import { given as quote, said, suggestion } from "../message.ts";

const networkAt = "properties.recoveryNetworkId";

/** The fabric that a network of the recovery side is in; a virtual network is in Azure. */
function fabricNameOf(networkId: string): string {
  if (known(networkId) === undefined) return unknownValue;
  return isIdOf(vmNetworkKind, networkId) ? nameOf(parentOf(networkId)) : microsoftAzure;
}

/** The fabric and the sort of mapping follow from the network; where they are given, they say the same. */
function checkRecoverySide({ properties }: NetworkMappingInputs): CheckFailure[] {
  const networkId = known(properties.recoveryNetworkId);
  if (networkId === undefined) return [];
  const network = nameOf(networkId);
  const failures: CheckFailure[] = [];
  const [fabric, written] = [fabricNameOf(networkId), known(properties.recoveryFabricName)];
  if (written !== undefined && written.toLowerCase() !== fabric.toLowerCase()) {
    const at = "properties.recoveryFabricName";
    const reason = said`is ${quote(written, at)}, and the network ${quote(network, networkAt)} is in ${quote(fabric, networkAt)}; write that, or leave it out`;
    failures.push(new CheckFailure(at, reason));
  }
  const type = known(properties.fabricSpecificDetails?.instanceType);
  const fitting = fabric === microsoftAzure ? "VmmToAzure" : "VmmToVmm";
  if (type !== undefined && type !== fitting) {
    const at = "properties.fabricSpecificDetails.instanceType";
    const advice = suggestion(networkAt, said`; write "${fitting}"`);
    const reason = said`is ${quote(type, at)}, and the network ${quote(network, networkAt)} is in ${quote(fabric, networkAt)}${advice}`;
    failures.push(new CheckFailure(at, reason));
  }
  return failures;
}

function requireSides(ruled: Ruled, inputs: NetworkMappingInputs): void {
  const { engine } = ruled;
  const type = fabricTypeOf(engine, inputs);
  if (inputs.properties.fabricSpecificDetails !== undefined && type !== "VMM")
    refuse(ruled, "properties.fabricSpecificDetails", said`are details of VMM fabrics; leave them out`);
  const { recoveryNetworkId } = inputs.properties;
  if (!isIdOf(vmNetworkKind, recoveryNetworkId)) return;
  if (fabricNameOf(recoveryNetworkId).toLowerCase() === inputs.fabricName.toLowerCase()) {
    // One VMM server with two clouds is tolerated (S6), and then the two networks differ.
    const isItself = nameOf(recoveryNetworkId).toLowerCase() === inputs.networkName.toLowerCase();
    if (isItself)
      refuse(ruled, "properties.recoveryNetworkId", said`is the network itself; name another one`);
  }
  const recoveryType = engine.components.fabricType(parentOf(recoveryNetworkId));
  if (type === recoveryType) return;
  const reason = said`is the VM network ${nameOf(recoveryNetworkId)} of a ${recoveryType} fabric; name one of the same sort`;
  refuse(ruled, "properties.recoveryNetworkId", said`${reason}, or a virtual network`);
}

export const networkMappingSettings: SettingsKind<NetworkMappingInputs, NetworkMappingOutputs> = {
  kind: networkMappingKind,
  withDefaults: (inputs) => ({
    ...inputs,
    properties: {
      ...inputs.properties,
      recoveryFabricName:
        inputs.properties.recoveryFabricName ?? fabricNameOf(inputs.properties.recoveryNetworkId),
    },
  }),
  references: (inputs) => [
    parentReference(fabricKind, "fabricName", inputs),
    {
      property: "properties.recoveryNetworkId",
      kind: isIdOf(vmNetworkKind, inputs.properties.recoveryNetworkId) ? vmNetworkKind : virtualNetworkKind,
      id: inputs.properties.recoveryNetworkId,
    },
  ],
  rules: checkRecoverySide,
  outputs: (_engine, id, inputs) => ({
    name: nameOf(id),
    type: networkMappingKind.armType,
    properties: {
      state: "Paired",
      primaryNetworkFriendlyName: inputs.networkName,
      primaryFabricFriendlyName: nameOf(parentOf(parentOf(id))),
      recoveryNetworkId: inputs.properties.recoveryNetworkId,
      recoveryNetworkFriendlyName: nameOf(inputs.properties.recoveryNetworkId),
      recoveryFabricFriendlyName: fabricNameOf(inputs.properties.recoveryNetworkId),
    },
  }),
  require: (engine, id, inputs) => {
    const ruled = { engine, kind: networkMappingKind, id, inputs };
    const networks = parentOf(id);
    if (fabricTypeOf(engine, inputs) === "VMM" && engine.findThing(networks)?.kind !== "vm-network") {
      const reason = said`is ${quote(inputs.networkName, "networkName")}, and the fabric has no such VM network; declare a VmNetwork of that name`;
      refuse(ruled, "networkName", reason);
    }
    requireSides(ruled, inputs);
  },
};

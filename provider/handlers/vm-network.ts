import { nameOf } from "../arm-id.ts";
import { fabricKind } from "../kinds/fabric.ts";
import { protectionContainerKind } from "../kinds/protection-container.ts";
import { type VmNetworkInputs, vmNetworkKind, type VmNetworkOutputs } from "../kinds/vm-network.ts";
import { fabricTypeOf, refuse, requireFabricType } from "./fabric-rules.ts";
import { parentReference, type SettingsKind } from "./settings-handler.ts";

const cloudArguments = ["logicalNetworkName", "protectionContainerName"] as const;

export const vmNetworkSettings: SettingsKind<VmNetworkInputs, VmNetworkOutputs> = {
  kind: vmNetworkKind,
  withDefaults: (inputs) => inputs,
  references: (inputs) => [
    parentReference(fabricKind, "fabricName", inputs),
    ...(inputs.protectionContainerName === undefined
      ? []
      : [parentReference(protectionContainerKind, "protectionContainerName", inputs)]),
  ],
  outputs: (engine, id, inputs) => ({
    name: nameOf(id),
    type: vmNetworkKind.armType,
    properties: {
      friendlyName: nameOf(id),
      fabricType: fabricTypeOf(engine, inputs),
      networkMapped: engine.listThings({ kind: "network-mapping", under: id }).length > 0,
    },
  }),
  require: (engine, id, inputs) => {
    const ruled = { engine, kind: vmNetworkKind, id, inputs };
    const why = "networks of a Hyper-V site are named by its machines alone";
    const type = requireFabricType(ruled, ["VMM", "VMware"], why);
    for (const argument of cloudArguments) {
      const isGiven = inputs[argument] !== undefined;
      if (type === "VMM" && !isGiven)
        refuse(ruled, argument, "is missing: a VM network is on a logical network that is linked to a cloud");
      if (type !== "VMM" && isGiven) refuse(ruled, argument, "is a setting of VMM networks; leave it out");
    }
  },
};

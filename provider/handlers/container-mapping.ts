import { nameOf, parentOf } from "../arm-id.ts";
import {
  type ContainerMappingInputs,
  containerMappingKind,
  type ContainerMappingOutputs,
} from "../kinds/container-mapping.ts";
import { microsoftAzure } from "../kinds/kind.ts";
import { policyKind } from "../kinds/policy.ts";
import { protectionContainerKind } from "../kinds/protection-container.ts";
import { known, parentReference, type SettingsKind } from "./settings-handler.ts";

export const containerMappingSettings: SettingsKind<ContainerMappingInputs, ContainerMappingOutputs> = {
  kind: containerMappingKind,
  withDefaults: (inputs) => ({
    ...inputs,
    properties: {
      ...inputs.properties,
      targetProtectionContainerId: inputs.properties?.targetProtectionContainerId ?? microsoftAzure,
    },
  }),
  references: (inputs) => [
    parentReference(protectionContainerKind, "protectionContainerName", inputs),
    { property: "properties.policyId", kind: policyKind, id: inputs.properties?.policyId ?? "" },
  ],
  rules: (inputs) => {
    const target = known(inputs.properties?.targetProtectionContainerId);
    return [
      ...(inputs.properties?.policyId === undefined
        ? [
            {
              property: "properties.policyId",
              reason: "is missing: a mapping ties a policy to the container",
            },
          ]
        : []),
      ...(target !== undefined && target !== microsoftAzure
        ? [
            {
              property: "properties.targetProtectionContainerId",
              reason: `is "${target}"; a Hyper-V site replicates to "${microsoftAzure}"`,
            },
          ]
        : []),
    ];
  },
  outputs: (_engine, id, inputs) => ({
    name: nameOf(id),
    type: containerMappingKind.armType,
    properties: {
      policyId: inputs.properties?.policyId ?? "",
      policyFriendlyName: nameOf(inputs.properties?.policyId ?? ""),
      state: "Paired",
      health: "Normal",
      sourceProtectionContainerFriendlyName: nameOf(parentOf(id)),
      targetProtectionContainerId: microsoftAzure,
      targetProtectionContainerFriendlyName: microsoftAzure,
    },
  }),
};

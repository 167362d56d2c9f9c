import { isIdOf, nameOf, parentOf, sameId } from "../arm-id.ts";
import {
  type ContainerMappingInputs,
  containerMappingKind,
  type ContainerMappingOutputs,
} from "../kinds/container-mapping.ts";
import { microsoftAzure } from "../kinds/kind.ts";
import { policyKind } from "../kinds/policy.ts";
import { storageAccountKind } from "../kinds/storage-account.ts";
import { protectionContainerKind } from "../kinds/protection-container.ts";
import { fabricTitles, fabricTypeOf, refuse, type Ruled } from "./fabric-rules.ts";
import { CheckFailure } from "./handler.ts";
import { isMissing, known, parentReference, type SettingsKind } from "./settings-handler.ts";
import { given, plain, said } from "../message.ts";

const storageProperty = "properties.providerSpecificInput.storageAccountId";
const targetProperty = "properties.targetProtectionContainerId";

function checkMapping(inputs: ContainerMappingInputs): CheckFailure[] {
  const target = known(inputs.properties?.targetProtectionContainerId);
  const failures: CheckFailure[] = [];
  if (isMissing(inputs.properties, "policyId")) {
    const reason = said`is missing: a mapping ties a policy to the container`;
    failures.push(new CheckFailure("properties.policyId", reason));
  }
  if (target !== undefined && target !== microsoftAzure && !isIdOf(protectionContainerKind, target)) {
    const reason = said`is "${given(target, targetProperty, target)}", which is neither "${plain(microsoftAzure)}" nor the id of a protection container`;
    failures.push(new CheckFailure(targetProperty, reason));
  }
  return failures;
}

/** Sites replicate to Azure, and from one site to another of the same sort: VMM (S6) or VMware (S5). */
function requireTarget(ruled: Ruled, inputs: ContainerMappingInputs): void {
  const target = inputs.properties?.targetProtectionContainerId ?? microsoftAzure;
  if (target === microsoftAzure) return;
  const { engine, id } = ruled;
  if (sameId(target, parentOf(id)))
    refuse(ruled, targetProperty, said`is the container itself; name one of the recovery side`);
  const type = fabricTypeOf(engine, inputs);
  const targetType = engine.components.fabricType(parentOf(target))!;
  if (type !== "VMM" && type !== "VMware") {
    const reason = said`is the container ${nameOf(target)}; from here machines replicate to "${plain(microsoftAzure)}" only`;
    refuse(ruled, targetProperty, reason);
  }
  if (type !== targetType) {
    const reason = said`is the container ${nameOf(target)} of ${plain(fabricTitles[targetType])}; name one of ${plain(fabricTitles[type])}`;
    refuse(ruled, targetProperty, reason);
  }
}

export const containerMappingSettings: SettingsKind<ContainerMappingInputs, ContainerMappingOutputs> = {
  kind: containerMappingKind,
  withDefaults: (inputs) => ({
    ...inputs,
    properties: {
      ...inputs.properties,
      targetProtectionContainerId: inputs.properties?.targetProtectionContainerId ?? microsoftAzure,
    },
  }),
  references: (inputs) => {
    const storage = inputs.properties?.providerSpecificInput?.storageAccountId;
    const target = inputs.properties?.targetProtectionContainerId ?? microsoftAzure;
    return [
      parentReference(protectionContainerKind, "protectionContainerName", inputs),
      { property: "properties.policyId", kind: policyKind, id: inputs.properties?.policyId ?? "" },
      ...(target === microsoftAzure
        ? []
        : [{ property: targetProperty, kind: protectionContainerKind, id: target }]),
      ...(storage === undefined
        ? []
        : [{ property: storageProperty, kind: storageAccountKind, id: storage }]),
    ];
  },
  rules: checkMapping,
  outputs: (_engine, id, inputs) => {
    const target = inputs.properties?.targetProtectionContainerId ?? microsoftAzure;
    return {
      name: nameOf(id),
      type: containerMappingKind.armType,
      properties: {
        policyId: inputs.properties?.policyId ?? "",
        policyFriendlyName: nameOf(inputs.properties?.policyId ?? ""),
        state: "Paired",
        health: "Normal",
        sourceProtectionContainerFriendlyName: nameOf(parentOf(id)),
        targetProtectionContainerId: target,
        targetProtectionContainerFriendlyName: nameOf(target),
      },
    };
  },
  require: (engine, id, inputs) => requireTarget({ engine, kind: containerMappingKind, id, inputs }, inputs),
};

import { CheckFailure } from "./handler.ts";
import { nameOf, parentOf, sameId } from "../arm-id.ts";
import { SiteRecoveryError } from "../errors.ts";
import {
  type StorageClassificationMappingInputs as Inputs,
  storageClassificationMappingKind as kind,
  type StorageClassificationMappingOutputs as Outputs,
} from "../kinds/storage-classification-mapping.ts";
import { storageClassificationKind } from "../kinds/storage-classification.ts";
import { refuse, type Ruled } from "./fabric-rules.ts";
import { isMissing, parentReference, type SettingsKind } from "./settings-handler.ts";
import { said } from "../message.ts";

const targetProperty = "properties.targetStorageClassificationId";

/** A class leads to one class of a fabric, so that there is no choice where a replica is kept. */
function requireOneTarget(ruled: Ruled, targetId: string): void {
  const { engine, id } = ruled;
  const source = parentOf(id);
  if (sameId(source, targetId))
    refuse(ruled, targetProperty, "is the class itself; name one of the recovery side");
  const other = engine.listThings<Inputs>({ kind: kind.kind, under: source }).find((one) => {
    const target = one.inputs.properties?.targetStorageClassificationId ?? "";
    return !sameId(one.id, id) && sameId(parentOf(target), parentOf(targetId));
  });
  if (!other) return;
  const message = said`The storage classification ${nameOf(source)} is mapped to the fabric ${nameOf(parentOf(targetId))} already,
      by ${nameOf(other.id)}. Delete that mapping first.`;
  throw new SiteRecoveryError("AlreadyExists", message, { target: id, property: targetProperty });
}

export const storageClassificationMappingSettings: SettingsKind<Inputs, Outputs> = {
  kind,
  withDefaults: (inputs) => inputs,
  references: (inputs) => [
    parentReference(storageClassificationKind, "storageClassificationName", inputs),
    {
      property: targetProperty,
      kind: storageClassificationKind,
      id: inputs.properties?.targetStorageClassificationId ?? "",
    },
  ],
  rules: (inputs) =>
    isMissing(inputs.properties, "targetStorageClassificationId")
      ? [new CheckFailure(targetProperty, said`is missing: a mapping leads to a class of the recovery side`)]
      : [],
  outputs: (_engine, id, inputs) => ({
    name: nameOf(id),
    type: kind.armType,
    properties: {
      targetStorageClassificationId: inputs.properties?.targetStorageClassificationId ?? "",
    },
  }),
  require: (engine, id, inputs) =>
    requireOneTarget({ engine, kind, id, inputs }, inputs.properties!.targetStorageClassificationId!),
};

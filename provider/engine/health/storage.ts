import { nameOf } from "../../arm-id.ts";
import { hasCode } from "../../errors.ts";
import { findThing } from "../../store/things.ts";
import { flows } from "../../model/flows.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { recoveryContainerOf } from "../inventory/recovery-side.ts";
import { classForReplica, classThatHolds } from "../inventory/storage-classes.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import type { HealthCheck, HealthFacts } from "./health-note.ts";

/** The class that the mappings of today lead to, or `undefined` if they lead to none that can be used. */
function mappedClass({ parts, item }: HealthFacts): string | undefined {
  const inputs = findThing<ItemInputs>(parts.store, item.id)?.inputs;
  const container = inputs && recoveryContainerOf(parts, item.id, inputs);
  if (container === undefined) return undefined;
  const machine = { itemId: item.id, className: item.details.definition.storageClassification };
  try {
    return classForReplica(parts, machine, fabricOf(container));
  } catch (error) {
    if (hasCode(error, "PrerequisitesNotMet")) return undefined;
    throw error;
  }
}

/** A replica stays on the storage that it was put on: a mapping that changed later does not move it. */
export const storageNotes: HealthCheck = (facts) => {
  const { parts, item } = facts;
  if (flows[item.details.flow].replicaHolder !== "host") return [];
  const held = classThatHolds(parts, item.details.replicaStoreId);
  const mapped = mappedClass(facts);
  if (held === mapped || (held !== undefined && mapped?.toLowerCase() === held.toLowerCase())) return [];
  const where = held === undefined ? `the host ${nameOf(item.details.replicaStoreId)}` : nameOf(held);
  const now =
    mapped === undefined ? "no storage classification that can be used" : `the class ${nameOf(mapped)}`;
  const text =
    `its replica is still on ${where}, while its storage mapping leads to ${now}; a replica is never moved. Remove ` +
    "the machine's protection and protect it again to have the replica there, or map the class as before";
  return [{ severity: "Warning", code: "ReplicaOnOtherStorage", text }];
};

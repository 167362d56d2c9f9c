/**
 * Where the replica of a machine in a VMM cloud is kept (S6). Its machine.yaml names the storage classification that
 * its disks are on; a mapping leads from there to a classification of the recovery side, whose folder takes the
 * replica. Without a mapping it is kept with the host, as Hyper-V does. A replica stays where it was put: a mapping
 * that comes or goes later counts for machines that are protected from then on.
 */
import { nameOf, parentOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { StorageClassificationMappingInputs } from "../../kinds/storage-classification-mapping.ts";
import type { StorageClassificationInputs } from "../../kinds/storage-classification.ts";
import { findThing, listThings } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { fabricOf } from "./inventories.ts";
import { said } from "../../message.ts";

/** A machine in a fabric, and the class that its disks are on there. */
export interface ClassifiedMachine {
  readonly itemId: string;
  readonly className: string | undefined;
}

function classesOf(parts: EngineParts, fabricId: string): string[] {
  return listThings(parts.store, { kind: "storage-classification", under: fabricId }).map(({ id }) => id);
}

function classNamed(parts: EngineParts, fabricId: string, name: string): string | undefined {
  return classesOf(parts, fabricId).find((id) => nameOf(id).toLowerCase() === name.toLowerCase());
}

function requireClass(parts: EngineParts, itemId: string, className: string): string {
  const fabricId = fabricOf(itemId);
  const found = classNamed(parts, fabricId, className);
  if (found !== undefined) return found;
  const names = classesOf(parts, fabricId).map(nameOf).join(", ");
  const message = said`${nameOf(itemId)} cannot be protected: its machine.yaml says that its disks are on storage of the class
      "${className}", and ${nameOf(fabricId)} has ${names === "" ? "no storage classification" : `only ${names}`}.
      Declare a StorageClassification of that name, or correct storageClassification in machine.yaml.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: itemId });
}

/**
 * The id of the classification whose folder takes the replica, or `undefined` if the machine's disks are on no class or
 * on one that is not mapped to the recovery fabric. Throws `PrerequisitesNotMet` for a class that is not declared,
 * and for one whose folder is gone.
 */
export function classForReplica(
  parts: EngineParts,
  { itemId, className }: ClassifiedMachine,
  recoveryFabricId: string,
): string | undefined {
  if (className === undefined) return undefined;
  const mappings = listThings<StorageClassificationMappingInputs>(parts.store, {
    kind: "storage-classification-mapping",
    under: requireClass(parts, itemId, className),
  });
  const targetId = mappings
    .map(({ inputs }) => inputs.properties?.targetStorageClassificationId ?? "")
    .find((id) => sameId(parentOf(id), recoveryFabricId));
  const target = findThing<StorageClassificationInputs>(parts.store, targetId ?? "");
  if (!target || parts.files.exists(target.inputs.folder)) return target?.id;
  const message = said`${nameOf(itemId)} cannot be protected: the storage classification ${nameOf(target.id)} of
      ${nameOf(recoveryFabricId)} is to take its replica, and its folder ${target.inputs.folder} is gone. Mount it,
      or make it again.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: itemId });
}

/** The class that a replica is kept on, or `undefined` if it is kept on anything else. */
export function classThatHolds(parts: EngineParts, replicaStoreId: string): string | undefined {
  return findThing(parts.store, replicaStoreId)?.kind === "storage-classification"
    ? replicaStoreId
    : undefined;
}

/**
 * The class at the primary side that takes a machine's replica on the way back: the one that its disks came from,
 * if the way out went from class to class. `undefined` if that class is gone, or its folder.
 */
export function classForWayBack(
  parts: EngineParts,
  { itemId, className }: ClassifiedMachine,
  replicaStoreId: string,
): string | undefined {
  if (className === undefined || classThatHolds(parts, replicaStoreId) === undefined) return undefined;
  const id = classNamed(parts, fabricOf(itemId), className);
  const thing = id === undefined ? undefined : findThing<StorageClassificationInputs>(parts.store, id);
  return thing && parts.files.exists(thing.inputs.folder) ? thing.id : undefined;
}

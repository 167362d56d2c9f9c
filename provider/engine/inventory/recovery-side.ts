/** The other side of a machine's replication: where its container is mapped to, and where machines are made there. */
import path from "node:path";
import { nameOf, parentOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { ContainerMappingInputs } from "../../kinds/container-mapping.ts";
import { microsoftAzure } from "../../kinds/kind.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import { findThing, listThings } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { protectionOf } from "../protected-item/protection.ts";
import { inventoryForNewMachine } from "./find-machine.ts";
import { fabricOf } from "./inventories.ts";

/** The mapping of an item's container to its policy; nothing when the policy is not mapped to it. */
export function mappingOf(
  parts: EngineParts,
  itemId: string,
  inputs: ItemInputs,
): ContainerMappingInputs | undefined {
  const mappings = listThings<ContainerMappingInputs>(parts.store, {
    kind: "container-mapping",
    under: parentOf(itemId),
  });
  const policyId = inputs.properties?.policyId ?? "";
  return mappings.find((mapping) => sameId(mapping.inputs.properties?.policyId ?? "", policyId))?.inputs;
}

/** The container at the second site that an item's container is mapped to; nothing when the target is Azure. */
export function recoveryContainerOf(
  parts: EngineParts,
  itemId: string,
  inputs: ItemInputs,
): string | undefined {
  const target = mappingOf(parts, itemId, inputs)?.properties?.targetProtectionContainerId;
  return target === undefined || target === microsoftAzure ? undefined : target;
}

/** What people call the recovery side: the second site's name, or `Microsoft Azure`. */
export function recoverySideName(parts: EngineParts, itemId: string): string {
  const inputs = findThing<ItemInputs>(parts.store, itemId)?.inputs;
  const container = inputs && recoveryContainerOf(parts, itemId, inputs);
  return container === undefined ? microsoftAzure : nameOf(fabricOf(container));
}

/**
 * The folder that a replica machine of a name gets. At a second site it is in the inventory of a host of the
 * container that machines fail over to; throws `AlreadyExists` when another machine has that name there.
 */
export function placeForMachine(
  parts: EngineParts,
  itemId: string,
  inputs: ItemInputs,
  machineName: string,
): string {
  const container = recoveryContainerOf(parts, itemId, inputs);
  if (container === undefined) {
    const groupId = protectionOf(inputs).recoveryGroupId;
    const group = groupId === undefined ? inputs.resourceGroupName : nameOf(groupId);
    return parts.home.machineFolderOf(group, machineName);
  }
  const inventory = inventoryForNewMachine(parts, fabricOf(container), nameOf(container));
  if (parts.machines.folderOf(inventory.folder, machineName) === undefined) {
    return path.join(inventory.folder, machineName);
  }
  const message =
    `The site ${nameOf(fabricOf(container))} has a machine "${machineName}" on ${inventory.name} already, and the ` +
    `replica of ${nameOf(itemId)} would take its place. Rename or remove that one first.`;
  throw new SiteRecoveryError("AlreadyExists", message, { target: itemId });
}

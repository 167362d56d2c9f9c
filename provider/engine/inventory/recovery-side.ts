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
import type { ProtectedItem } from "../../model/item.ts";
import { inventoryForNewMachine } from "./find-machine.ts";
import { fabricOf, inventoriesOf, type Inventory } from "./inventories.ts";
import { answeringOf } from "./look-up-machine.ts";
import { said } from "../../message.ts";

/** The mapping of an item's container to its policy, or `undefined` if the policy is not mapped to it. */
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

/** The container at the second site that an item's container is mapped to, or `undefined` if the target is Azure. */
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

/** The machines of a name at a second site, on whichever of its hosts that answer. */
async function namesakesIn(
  parts: EngineParts,
  fabricId: string,
  machineName: string,
): Promise<{ inventory: Inventory; folder: string }[]> {
  const { answering } = await answeringOf(parts, inventoriesOf(parts, fabricId));
  return (
    await Array.fromAsync(answering, async (inventory) => {
      const folder = await parts.machines.placeOf(inventory.folder, machineName);
      return folder === undefined ? [] : [{ inventory, folder }];
    })
  ).flat();
}

function azureFolder(parts: EngineParts, inputs: ItemInputs, machineName: string): string {
  const groupId = protectionOf(inputs).recoveryGroupId;
  const group = groupId === undefined ? inputs.resourceGroupName : nameOf(groupId);
  return parts.home.machineFolderOf(group, machineName);
}

/** The name that the replica machine of an item has, or is going to have. */
export function replicaName(item: ProtectedItem, inputs: ItemInputs): string {
  return protectionOf(inputs).recoveryMachineName ?? item.details.definition.name;
}

/** The folders at the recovery side in which a replica machine of an item would be, if there is one. */
export async function replicaFolders(parts: EngineParts, item: ProtectedItem): Promise<string[]> {
  const inputs = findThing<ItemInputs>(parts.store, item.id)?.inputs;
  if (inputs === undefined) return [];
  const container = recoveryContainerOf(parts, item.id, inputs);
  const name = replicaName(item, inputs);
  return container === undefined
    ? [azureFolder(parts, inputs, name)]
    : (await namesakesIn(parts, fabricOf(container), name)).map(({ folder }) => folder);
}

/**
 * The folder that a replica machine of a name gets. At a second site it is in the inventory of a host of the
 * container that machines fail over to; throws `AlreadyExists` when a machine that was not made for the item has that
 * name there. Whether what is in the folder may be written over is `requireFree`'s question.
 */
export async function placeForMachine(
  parts: EngineParts,
  itemId: string,
  inputs: ItemInputs,
  machineName: string,
): Promise<string> {
  const container = recoveryContainerOf(parts, itemId, inputs);
  if (container === undefined) return azureFolder(parts, inputs, machineName);
  const inventory = inventoryForNewMachine(parts, fabricOf(container), nameOf(container));
  const [taken] = await namesakesIn(parts, fabricOf(container), machineName);
  if (taken === undefined) return path.join(inventory.folder, machineName);
  const made = (await parts.machines.markOf(taken.folder))?.madeBy;
  if (made?.engineId === parts.engineId && sameId(made.itemId, itemId)) return taken.folder;
  const message = said`The site ${nameOf(fabricOf(container))} has a machine "${machineName}" on ${taken.inventory.name} already, and the
      replica of ${nameOf(itemId)} would take its place. Rename or remove that one first.`;
  throw new SiteRecoveryError("AlreadyExists", message, { target: itemId });
}

/** Replication groups: machines of a container whose items name the same group share recovery points (V2A-5). */
import { idKey, parentOf } from "../../arm-id.ts";
import { findItem } from "../../store/protected-items.ts";
import { listThings } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ItemDetails, ProtectedItem } from "../protected-item/item.ts";
import { type ItemState, stateFacts } from "../protected-item/states.ts";

/** Machines of a group, at most: as Azure has it between its regions, 2025. */
export const groupMachinesMax = 16;

/** The items of a container that name a group, in the order of their ids. */
export function groupNamed(parts: EngineParts, containerId: string, groupName: string): ProtectedItem[] {
  return listThings(parts.store, { kind: "protected-item", under: containerId })
    .flatMap(({ id }) => findItem<ItemState, ItemDetails>(parts.store, id) ?? [])
    .map((item) => item as ProtectedItem)
    .filter(({ details }) => details.groupName?.toLowerCase() === groupName.toLowerCase())
    .toSorted((left, right) => (idKey(left.id) < idKey(right.id) ? -1 : 1));
}

/** The items that share points with an item, itself included. Without a group: itself. */
export function groupOf(parts: EngineParts, item: ProtectedItem): ProtectedItem[] {
  const { groupName } = item.details;
  return groupName === undefined ? [item] : groupNamed(parts, parentOf(item.id), groupName);
}

/** Those of a group that replicate now, in the direction of the given one. */
export function replicatingGroupOf(parts: EngineParts, item: ProtectedItem): ProtectedItem[] {
  const isBack = item.details.reverse !== undefined;
  return groupOf(parts, item).filter(
    (other) => stateFacts[other.state].replicates && (other.details.reverse !== undefined) === isBack,
  );
}

/**
 * Replication groups: machines of a container whose items name the same group share recovery points (V2A-5); those of
 * a protection cluster do so too, without a name of a group.
 */
import { findItem } from "../../store/protected-items.ts";
import { idKey, parentOf } from "../../arm-id.ts";
import { listThings } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { stateFacts } from "../../model/states.ts";
import { clusterOf, itemsOfCluster } from "./cluster-of.ts";

/** Machines of a group, at most: as Azure has it between its regions, 2025. */
export const groupMachinesMax = 16;

/** The items of a container that name a group, in the order of their ids. */
export function groupNamed(parts: EngineParts, containerId: string, groupName: string): ProtectedItem[] {
  return listThings(parts.store, { kind: "protected-item", under: containerId })
    .flatMap(({ id }) => findItem(parts.store, id) ?? [])
    .filter(({ details }) => details.groupName?.toLowerCase() === groupName.toLowerCase())
    .toSorted((left, right) => (idKey(left.id) < idKey(right.id) ? -1 : 1));
}

/** The items that share points with an item, itself included. Without a group and a cluster: itself. */
export function groupOf(parts: EngineParts, item: ProtectedItem): ProtectedItem[] {
  const { groupName } = item.details;
  if (groupName !== undefined) return groupNamed(parts, parentOf(item.id), groupName);
  const cluster = clusterOf(parts, item.id);
  return cluster === undefined ? [item] : itemsOfCluster(parts, cluster.inputs);
}

/** The same text for all items that share points, and for no others. */
export function groupKeyOf(parts: EngineParts, item: ProtectedItem): string {
  const { groupName } = item.details;
  if (groupName !== undefined) return `${idKey(parentOf(item.id))}/${groupName.toLowerCase()}`;
  return idKey(clusterOf(parts, item.id)?.id ?? item.id);
}

/** Those of a group that replicate now, in the direction of the given one. */
export function replicatingGroupOf(parts: EngineParts, item: ProtectedItem): ProtectedItem[] {
  const isBack = item.details.reverse !== undefined;
  return groupOf(parts, item).filter(
    (other) => stateFacts[other.state].replicates && (other.details.reverse !== undefined) === isBack,
  );
}

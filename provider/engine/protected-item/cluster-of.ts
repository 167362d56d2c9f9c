/** Protection clusters: the protected items that a cluster names are one unit, and share recovery points. */
import { findItem } from "../../store/protected-items.ts";
import { idKey, parentOf, sameId } from "../../arm-id.ts";
import type { ProtectionClusterInputs } from "../../kinds/protection-cluster.ts";
import { listThings, type Thing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../../model/item.ts";

export type ProtectionCluster = Thing<ProtectionClusterInputs>;

/** The protected items that a cluster's arguments name. */
export function clusterItemIds(inputs: ProtectionClusterInputs): readonly string[] {
  return inputs.properties?.clusterProtectedItemIds ?? [];
}

/** The cluster that an item belongs to, if it does to one. */
export function clusterOf(parts: EngineParts, itemId: string): ProtectionCluster | undefined {
  return listThings<ProtectionClusterInputs>(parts.store, {
    kind: "protection-cluster",
    under: parentOf(itemId),
  }).find(({ inputs }) => clusterItemIds(inputs).some((id) => sameId(id, itemId)));
}

/** The items of a cluster that are there, in the order of their ids. */
export function itemsOfCluster(parts: EngineParts, inputs: ProtectionClusterInputs): ProtectedItem[] {
  return clusterItemIds(inputs)
    .flatMap((id) => findItem(parts.store, id) ?? [])
    .toSorted((left, right) => (idKey(left.id) < idKey(right.id) ? -1 : 1));
}

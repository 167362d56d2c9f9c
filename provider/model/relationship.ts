import type { Seed } from "./lineage.ts";
import type { ItemDetails, ProtectedItem, Relationship } from "./item.ts";

/** From which points the item's disks were made, at either side: their changes may be added to those. */
export function seedsOf({ recoveryMachine, primarySeed }: ItemDetails): Seed[] {
  const { pointId, lineages } = recoveryMachine ?? {};
  const recovery = pointId !== undefined && lineages !== undefined ? [{ pointId, lineages }] : [];
  return [...recovery, ...(primarySeed ? [primarySeed] : [])];
}

/** The relationship in use: the way back once replication was reversed, else the way out. */
export function relationshipOf({ details }: Pick<ProtectedItem, "details">): Relationship {
  const { replicaStoreId, replicaId, processServerId } = details.reverse ?? details;
  return { replicaStoreId, replicaId, processServerId };
}

import type { ProtectedItem, Relationship } from "./item.ts";

/** The relationship in use: the way back once replication was reversed, else the way out. */
export function relationshipOf({ details }: Pick<ProtectedItem, "details">): Relationship {
  const { replicaStoreId, replicaId, processServerId } = details.reverse ?? details;
  return { replicaStoreId, replicaId, processServerId };
}

import { isExpected } from "../../errors.ts";
import type { RecoveryPoint } from "../../replica/recovery-point.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { relationshipOf } from "../../model/relationship.ts";

/** Returns the newest recovery point of the relationship in use, or `undefined` if there is none that can be read. */
export async function newestPointOf(
  parts: EngineParts,
  item: ProtectedItem,
): Promise<RecoveryPoint | undefined> {
  const { replicaStoreId, replicaId } = relationshipOf(item);
  try {
    const replicas = await parts.replicaStoreOf(replicaStoreId);
    const machine = await replicas.machine(replicaId);
    return await machine.points.latest();
  } catch (error) {
    // What is wrong with a target has health notes of its own.
    if (isExpected(error)) return undefined;
    throw error;
  }
}

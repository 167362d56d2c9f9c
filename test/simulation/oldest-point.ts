import type { EngineParts } from "../../provider/engine/engine-parts.ts";
import type { ProtectedItem } from "../../provider/model/item.ts";
import { relationshipOf } from "../../provider/model/relationship.ts";
import type { RecoveryPoint } from "../../provider/replica/recovery-point.ts";

/** What no move is to be made of while there are newer ones. */
export async function oldestPoint(
  parts: EngineParts,
  item: ProtectedItem,
): Promise<RecoveryPoint | undefined> {
  const { replicaStoreId, replicaId } = relationshipOf(item);
  return (await (await parts.replicaStoreOf(replicaStoreId)).recoveryPoints(replicaId))[0];
}

/** Which recovery point a failover uses: one of Azure's choices, or a point by its name. */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { RecoveryPoint } from "../../targets/replica-store.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../protected-item/item.ts";
import { relationshipOf } from "../protected-item/relationship.ts";

/** `latest` and `latestProcessed` are the same here: a point is listed once its data is in place, never before. */
const choices: Record<string, (point: RecoveryPoint) => boolean> = {
  latest: () => true,
  latestProcessed: () => true,
  latestApplicationConsistent: (point) => point.kind === "AppConsistent",
};

/** Throws `NotFound` when no point fits, naming those there are. */
export async function chooseRecoveryPoint(
  parts: EngineParts,
  item: ProtectedItem,
  choice: string,
): Promise<RecoveryPoint> {
  const { replicaStoreId, replicaId } = relationshipOf(item);
  const points = (await parts.replicaStoreOf(replicaStoreId)).recoveryPoints(replicaId);
  const fits = choices[choice] ?? ((point: RecoveryPoint) => point.id === choice);
  const found = points.findLast(fits);
  if (found) return found;
  const name = nameOf(item.id);
  const known =
    points.length === 0 ? "It has none." : `It has ${points.length}, the newest is ${points.at(-1)!.id}.`;
  const message = `${name} has no recovery point "${choice}". ${known} \`siterecovery recovery-points ${name}\` lists them.`;
  throw new SiteRecoveryError("NotFound", message, { target: item.id, property: "recoveryPoint" });
}

/** Which recovery point a failover uses: one of Azure's choices, or a point by its name. */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { RecoveryPoint } from "../../targets/replica-store.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../protected-item/item.ts";

/** `latest` and `latestProcessed` are the same here: a point is listed once its data is in place, never before. */
const choices: Record<string, (point: RecoveryPoint) => boolean> = {
  latest: () => true,
  latestProcessed: () => true,
  latestApplicationConsistent: (point) => point.kind === "AppConsistent",
};

/**
 * Throws `NotFound` when no point fits, naming those there are, and `Damaged` when a choice like `latest` could
 * mean a point that cannot be read: an older one must be chosen by its id, knowingly.
 */
export async function chooseRecoveryPoint(
  parts: EngineParts,
  item: ProtectedItem,
  choice: string,
): Promise<RecoveryPoint> {
  const replicas = await parts.replicaStoreOf(item.details.storageAccountId);
  const unreadable: { error: Error; sequence: number }[] = [];
  const points = replicas.recoveryPoints(item.details.replicaId, (error, sequence) =>
    unreadable.push({ error, sequence }),
  );
  const fits = choices[choice] ?? ((point: RecoveryPoint) => point.id === choice);
  const found = points.findLast(fits);
  const name = nameOf(item.id);
  const newer = unreadable.find(({ sequence }) => sequence > (found?.sequence ?? 0));
  if (newer && (found === undefined || choices[choice])) {
    const next = points.at(-1);
    const instead = next
      ? `The newest one that can be read is ${next.id}; name it to use it.`
      : "No other is left.";
    const message = `${name} has a newer recovery point that cannot be read. ${instead} ${newer.error.message}`;
    throw new SiteRecoveryError("Damaged", message, { target: item.id, property: "recoveryPoint" });
  }
  if (found) return found;
  const known =
    points.length === 0 ? "It has none." : `It has ${points.length}, the newest is ${points.at(-1)!.id}.`;
  const message = `${name} has no recovery point "${choice}". ${known} \`siterecovery recovery-points ${name}\` lists them.`;
  throw new SiteRecoveryError("NotFound", message, { target: item.id, property: "recoveryPoint" });
}

/** Which recovery point a failover uses: one of Azure's choices, or a point by its name. */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { RecoveryPoint } from "../../replica/replica-store.ts";
import type { EngineParts } from "../engine-parts.ts";
import { groupOf } from "../protected-item/replication-group.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { plain, said } from "../../message.ts";

/** `latest` and `latestProcessed` are the same here: a point is listed once its data is in place, never before. */
const choices: Record<string, (point: RecoveryPoint) => boolean> = {
  latest: () => true,
  latestProcessed: () => true,
  latestApplicationConsistent: (point) => point.kind === "AppConsistent",
};

/** Points that all machines of the replication group have of the same instant (V2A-5). */
const groupChoices: Record<string, (point: RecoveryPoint) => boolean> = {
  latestMultiVm: () => true,
  latestMultiVmApplicationConsistent: (point) => point.kind === "AppConsistent",
};

type OnDamaged = (error: Error, sequence: number) => void;

async function pointsOf(
  parts: EngineParts,
  item: ProtectedItem,
  onDamaged: OnDamaged,
): Promise<RecoveryPoint[]> {
  const { replicaStoreId, replicaId } = relationshipOf(item);
  return (await parts.replicaStoreOf(replicaStoreId)).recoveryPoints(replicaId, onDamaged);
}

/** Instants of which every machine of the item's group has a fitting point. */
async function sharedInstants(
  parts: EngineParts,
  item: ProtectedItem,
  fits: (point: RecoveryPoint) => boolean,
): Promise<Set<number>> {
  // A point that cannot be read is none that all have.
  const groups = await Promise.all(
    groupOf(parts, item).map((member) => pointsOf(parts, member, () => undefined)),
  );
  const [first, ...others] = groups.map(
    (points) => new Set(points.filter((point) => point.multiVm && fits(point)).map(({ takenAt }) => takenAt)),
  );
  return new Set([...(first ?? [])].filter((instant) => others.every((instants) => instants.has(instant))));
}

/** Whether the machines that share points with an item have one of the same instant. */
export async function hasSharedPoint(parts: EngineParts, item: ProtectedItem): Promise<boolean> {
  return (await sharedInstants(parts, item, () => true)).size > 0;
}

/** The point of an instant that a machine shares with its replication group, if it has one. */
export async function sharedPointOf(
  parts: EngineParts,
  item: ProtectedItem,
  takenAt: number,
): Promise<RecoveryPoint | undefined> {
  // A damaged point is none that the machine has; the choice then falls on another one, or says so.
  const points = await pointsOf(parts, item, () => undefined);
  return points.findLast((point) => point.multiVm && point.takenAt === takenAt);
}

/** The item's recovery point of an id, or `undefined` if it has none, or none that can be read. */
export async function findPoint(
  parts: EngineParts,
  item: ProtectedItem,
  pointId: string,
): Promise<RecoveryPoint | undefined> {
  return (await pointsOf(parts, item, () => undefined)).find(({ id }) => id === pointId);
}

/**
 * Throws `NotFound` when no point fits, naming those there are, and `Damaged` when a choice like `latest` could
 * mean a point that cannot be read: an older one must be chosen by its id, knowingly.
 */
export async function chooseRecoveryPoint(
  parts: EngineParts,
  item: ProtectedItem,
  choice: string,
): Promise<RecoveryPoint> {
  const unreadable: { error: Error; sequence: number }[] = [];
  const points = await pointsOf(parts, item, (error, sequence) => unreadable.push({ error, sequence }));
  const ofGroup = groupChoices[choice];
  const instants = ofGroup ? await sharedInstants(parts, item, ofGroup) : undefined;
  const fits = instants
    ? (point: RecoveryPoint) => point.multiVm && instants.has(point.takenAt)
    : (choices[choice] ?? ((point: RecoveryPoint) => point.id === choice));
  const found = points.findLast(fits);
  const name = nameOf(item.id);
  const newer = unreadable.find(({ sequence }) => sequence > (found?.sequence ?? 0));
  if (newer && (found === undefined || choices[choice])) {
    const next = points.at(-1);
    const instead = next
      ? said`The newest one that can be read is ${next.id}; name it to use it.`
      : plain("No other is left.");
    const why = newer.error instanceof SiteRecoveryError ? newer.error : newer.error.message;
    const message = said`${name} has a newer recovery point that cannot be read. ${instead} ${why}`;
    throw new SiteRecoveryError("Damaged", message, { target: item.id, property: "recoveryPoint" });
  }
  if (found) return found;
  const known =
    points.length === 0
      ? plain("It has none.")
      : said`It has ${points.length}, the newest is ${points.at(-1)!.id}.`;
  const message = said`${name} has no recovery point "${choice}". ${known} \`siterecovery recovery-points ${name}\` lists them.`;
  throw new SiteRecoveryError("NotFound", message, { target: item.id, property: "recoveryPoint" });
}

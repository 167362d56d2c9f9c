/** Verification of all that one holder of replicas keeps: every stored byte is read, and damage is named as people know things. */
import { findItem } from "../../store/protected-items.ts";
import { sameId } from "../../arm-id.ts";
import { hasCode, SiteRecoveryError } from "../../errors.ts";
import { formatBytes } from "../../format-bytes.ts";
import type { ReplicaStore, VerifyFinding } from "../../replica/replica-store.ts";
import { type MachineLocks, pointLocksOf } from "../../replica/upkeep/point-locks.ts";
import type { Sample } from "../../replica/upkeep/sample.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../../progress.ts";
import type { ProtectedItem, Relationship } from "../../model/item.ts";
import { listItemThings } from "../protected-item/item-things.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { replicaDoubtOf } from "../replication/replica-doubt.ts";
import { ledgerOf } from "../replication/replica-ledger.ts";

const reportEveryMilliseconds = 500;

export interface HurtPoint {
  readonly id: string;
  /** Milliseconds since 1970, or `undefined` if the point itself cannot be read. */
  readonly takenAt: number | undefined;
}

export interface DamagedObject {
  readonly objectPath: string;
  /** What is wrong with it: `it is cut short`. */
  readonly why: string;
  /** The item whose replica it belongs to, or `undefined` if no item is. */
  readonly itemId: string | undefined;
  /** Recovery points that cannot be restored in full. None: it costs safety, not data. */
  readonly points: readonly HurtPoint[];
}

export interface ReplicaCheck {
  readonly holderId: string;
  readonly objectsRead: number;
  readonly bytesRead: number;
  readonly durationMilliseconds: number;
  readonly pointCount: number;
  readonly soundPointCount: number;
  readonly damaged: readonly DamagedObject[];
  /** What retention locks keep, machine by machine; `undefined` where the settings lock nothing. */
  readonly locks: readonly ItemLocks[] | undefined;
  /** Items whose newest recovery point is hurt, so that failover would lose data: a resync makes a sound one. */
  readonly itemsToResync: readonly string[];
}

/** What retention locks keep of an item's replica. */
export interface ItemLocks extends MachineLocks {
  readonly itemId: string;
}

/** Throws what kept it from being verified: `WrongKey`, `IoFailed`, `Busy`. Damage is a result, not an error. */
export async function verifyReplicas(
  parts: EngineParts,
  holderId: string,
  { progress, sample }: { readonly progress: Progress; readonly sample?: Sample },
): Promise<ReplicaCheck> {
  const started = parts.clock.monotonic();
  const replicas = await openOrDamage(parts, holderId);
  if (replicas instanceof SiteRecoveryError) return lostKey(holderId, replicas);
  const kept = keptReplicas(parts, holderId);
  const findings: VerifyFinding[] = [];
  let reportedAt = -Infinity;
  const result = await replicas.verify((finding) => findings.push(finding), {
    knownMachines: kept.map(({ replicaId, item }) => ({
      machineId: replicaId,
      diskIds: item.details.disks.map(({ id }) => id),
    })),
    onProgress: ({ bytesRead, bytesTotal }) => {
      const now = parts.clock.monotonic();
      if (bytesRead < bytesTotal && now - reportedAt < reportEveryMilliseconds) return;
      reportedAt = now;
      const percent = bytesTotal === 0 ? 100 : Math.floor((100 * bytesRead) / bytesTotal);
      const copied = { what: "verify", bytesDone: bytesRead, bytesTotal };
      progress.report(`${percent} % of ${formatBytes(bytesTotal)} read`, { copied });
    },
    ...(progress.signal ? { signal: progress.signal } : {}),
    ...(sample ? { sample } : {}),
  });
  const hurt = new Set(findings.flatMap((finding) => finding.pointIds));
  const doubts: DamagedObject[] = [];
  const toResync: string[] = [];
  for (const replica of kept) {
    const doubt = await doubtOf(parts, replicas, replica, findings);
    if (doubt !== undefined) doubts.push(doubt);
    if (await newestIsHurt(replicas, replica, hurt)) toResync.push(replica.item.id);
  }
  const damaged = await Array.fromAsync(findings, (finding) => toDamaged(replicas, kept, finding));
  return {
    holderId,
    objectsRead: result.objectsRead,
    bytesRead: result.bytesRead,
    durationMilliseconds: parts.clock.monotonic() - started,
    pointCount: result.pointCount,
    soundPointCount: result.pointCount - hurt.size,
    damaged: [...damaged, ...doubts],
    locks: replicas.objects.traits.retentionLock ? await locksIn(replicas, kept) : undefined,
    itemsToResync: [...new Set([...toResync, ...doubts.flatMap(({ itemId }) => itemId ?? [])])],
  };
}

/** The store, or the error of a damaged `store.key`, without which nothing in it can be read. */
async function openOrDamage(parts: EngineParts, holderId: string): Promise<ReplicaStore | SiteRecoveryError> {
  try {
    return await parts.replicaStoreOf(holderId);
  } catch (error) {
    if (hasCode(error, "Damaged")) return error;
    throw error;
  }
}

function lostKey(holderId: string, error: SiteRecoveryError): ReplicaCheck {
  const nothing = {
    objectsRead: 1,
    bytesRead: 0,
    durationMilliseconds: 0,
    pointCount: 0,
    soundPointCount: 0,
  };
  const objectPath = error.target ?? holderId;
  const why = "it is damaged or gone, and without it no recovery point can be opened: put a copy of it back";
  return {
    holderId,
    ...nothing,
    damaged: [{ objectPath, why, itemId: undefined, points: [] }],
    locks: undefined,
    itemsToResync: [],
  };
}

async function locksIn(replicas: ReplicaStore, kept: readonly KeptReplica[]): Promise<ItemLocks[]> {
  const present = new Set(await replicas.machineIds());
  const there = kept.filter(({ replicaId }) => present.has(replicaId));
  return Array.fromAsync(there, async ({ item, replicaId }) => {
    const points = await replicas.recoveryPoints(replicaId, () => undefined);
    return { itemId: item.id, ...(await pointLocksOf(await replicas.machine(replicaId), points)) };
  });
}

/** A replica in the store, and the item whose it is. */
interface KeptReplica {
  readonly item: ProtectedItem;
  readonly replicaId: string;
  /** Whether the item replicates to it now. The other one of an item waits for the way back or out. */
  readonly isInUse: boolean;
}

/** The replicas that items keep there, for the way out and the way back. */
export function keptReplicas(parts: EngineParts, holderId: string): KeptReplica[] {
  return listItemThings(parts).flatMap(({ id }) => {
    const item = findItem(parts.store, id);
    if (item === undefined) return [];
    const { details } = item;
    const relationships: Relationship[] = details.reverse ? [details, details.reverse] : [details];
    return relationships
      .filter(({ replicaStoreId }) => sameId(replicaStoreId, holderId))
      .map(({ replicaId }) => ({ item, replicaId, isInUse: replicaId === relationshipOf(item).replicaId }));
  });
}

/** A replica that is whole and not what was written to it: an older copy, points or a whole folder that are gone. */
async function doubtOf(
  parts: EngineParts,
  replicas: ReplicaStore,
  { item, replicaId }: KeptReplica,
  findings: readonly VerifyFinding[],
): Promise<DamagedObject | undefined> {
  // Files that are damaged or missing are named by themselves.
  if (findings.some(({ machineId, pointIds }) => machineId === replicaId && pointIds.length > 0))
    return undefined;
  const machine = await replicas.machine(replicaId);
  const doubt = await replicaDoubtOf(machine, ledgerOf(parts.store, replicaId));
  if (doubt === undefined) return undefined;
  return { objectPath: machine.folder, why: doubt.text, itemId: item.id, points: [] };
}

/** The newest point is the one that the last cycle made, if it is missing; else the last that there is. */
async function newestIsHurt(
  replicas: ReplicaStore,
  { item, replicaId, isInUse }: KeptReplica,
  hurt: ReadonlySet<string>,
): Promise<boolean> {
  if (!isInUse) return false;
  let unreadable = 0;
  const points = await replicas.recoveryPoints(replicaId, (_error, sequence) => {
    unreadable = Math.max(unreadable, sequence);
  });
  const newest = points.at(-1);
  const lastId = item.details.lastCycle?.pointId;
  const lastIsGone = lastId !== undefined && hurt.has(lastId) && !points.some(({ id }) => id === lastId);
  return newest === undefined
    ? unreadable > 0
    : hurt.has(newest.id) || unreadable > newest.sequence || lastIsGone;
}

async function toDamaged(
  replicas: ReplicaStore,
  kept: readonly KeptReplica[],
  finding: VerifyFinding,
): Promise<DamagedObject> {
  const { machineId, objectPath, message, pointIds } = finding;
  const readable = machineId === undefined ? [] : await replicas.recoveryPoints(machineId, () => undefined);
  const takenAt = new Map(readable.map((point) => [point.id, point.takenAt]));
  return {
    objectPath,
    why: message,
    itemId: kept.find(({ replicaId }) => replicaId === machineId)?.item.id,
    points: pointIds.map((id) => ({ id, takenAt: takenAt.get(id) })),
  };
}

/** Verification of one storage account: every stored byte is read, and damage is told as people know things. */
import { sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { formatBytes } from "../../format-bytes.ts";
import { findItem } from "../../store/protected-items.ts";
import type { ReplicaStore, VerifyFinding } from "../../targets/replica-store.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../job/job-definition.ts";
import type { ItemDetails, ProtectedItem } from "../protected-item/item.ts";
import { listItemThings } from "../protected-item/item-things.ts";
import type { ItemState } from "../protected-item/states.ts";

const reportEveryMilliseconds = 500;

export interface HurtPoint {
  readonly id: string;
  /** Milliseconds since 1970; nothing when the point itself cannot be read. */
  readonly takenAt: number | undefined;
}

export interface DamagedObject {
  readonly objectPath: string;
  /** What is wrong with it: `it is cut short`. */
  readonly why: string;
  /** The item whose replica it belongs to; nothing when no item is. */
  readonly itemId: string | undefined;
  /** Recovery points that cannot be restored in full. None: it costs safety, not data. */
  readonly points: readonly HurtPoint[];
}

export interface AccountCheck {
  readonly accountId: string;
  readonly objectsRead: number;
  readonly bytesRead: number;
  readonly durationMilliseconds: number;
  readonly pointCount: number;
  readonly soundPointCount: number;
  readonly damaged: readonly DamagedObject[];
  /** Items whose newest recovery point is hurt, so that failover would lose data: a resync makes a sound one. */
  readonly itemsToResync: readonly string[];
}

/** Throws what kept it from being verified: `WrongKey`, `IoFailed`, `Busy`. Damage is a result, not an error. */
export async function verifyAccount(
  parts: EngineParts,
  accountId: string,
  progress: Progress,
): Promise<AccountCheck> {
  const started = parts.clock.monotonic();
  const replicas = await openOrDamage(parts, accountId);
  if (replicas instanceof SiteRecoveryError) return lostKey(accountId, replicas);
  const items = itemsOf(parts, accountId);
  const findings: VerifyFinding[] = [];
  let reportedAt = -Infinity;
  const result = await replicas.verify((finding) => findings.push(finding), {
    knownMachineIds: items.map((item) => item.details.replicaId),
    onProgress: ({ bytesRead, bytesTotal }) => {
      const now = parts.clock.monotonic();
      if (bytesRead < bytesTotal && now - reportedAt < reportEveryMilliseconds) return;
      reportedAt = now;
      const percent = bytesTotal === 0 ? 100 : Math.floor((100 * bytesRead) / bytesTotal);
      progress.report(`${percent} % of ${formatBytes(bytesTotal)} read`);
    },
    ...(progress.signal ? { signal: progress.signal } : {}),
  });
  const hurt = new Set(findings.flatMap((finding) => finding.pointIds));
  return {
    accountId,
    objectsRead: result.objectsRead,
    bytesRead: result.bytesRead,
    durationMilliseconds: parts.clock.monotonic() - started,
    pointCount: result.pointCount,
    soundPointCount: result.pointCount - hurt.size,
    damaged: findings.map((finding) => toDamaged(replicas, items, finding)),
    itemsToResync: items.filter((item) => newestIsHurt(replicas, item, hurt)).map(({ id }) => id),
  };
}

/** The store, or the error of a damaged `store.key`, without which nothing in it can be read. */
async function openOrDamage(
  parts: EngineParts,
  accountId: string,
): Promise<ReplicaStore | SiteRecoveryError> {
  try {
    return await parts.replicaStoreOf(accountId);
  } catch (error) {
    if (error instanceof SiteRecoveryError && error.code === "Damaged") return error;
    throw error;
  }
}

function lostKey(accountId: string, error: SiteRecoveryError): AccountCheck {
  const nothing = {
    objectsRead: 1,
    bytesRead: 0,
    durationMilliseconds: 0,
    pointCount: 0,
    soundPointCount: 0,
  };
  const objectPath = error.target ?? accountId;
  const why = "it is damaged or gone, and without it no recovery point can be opened: put a copy of it back";
  return {
    accountId,
    ...nothing,
    damaged: [{ objectPath, why, itemId: undefined, points: [] }],
    itemsToResync: [],
  };
}

function itemsOf(parts: EngineParts, accountId: string): ProtectedItem[] {
  return listItemThings(parts)
    .flatMap(({ id }) => findItem<ItemState, ItemDetails>(parts.store, id) ?? [])
    .filter((item) => sameId(item.details.replicaStoreId, accountId)) as ProtectedItem[];
}

/** The newest point is the one that the last cycle made, if it is missing; else the last that there is. */
function newestIsHurt(replicas: ReplicaStore, item: ProtectedItem, hurt: ReadonlySet<string>): boolean {
  let unreadable = 0;
  const points = replicas.recoveryPoints(item.details.replicaId, (_error, sequence) => {
    unreadable = Math.max(unreadable, sequence);
  });
  const newest = points.at(-1);
  const lastId = item.details.lastCycle?.pointId;
  const lastIsGone = lastId !== undefined && hurt.has(lastId) && !points.some(({ id }) => id === lastId);
  return newest === undefined
    ? unreadable > 0
    : hurt.has(newest.id) || unreadable > newest.sequence || lastIsGone;
}

function toDamaged(
  replicas: ReplicaStore,
  items: readonly ProtectedItem[],
  finding: VerifyFinding,
): DamagedObject {
  const { machineId, objectPath, message, pointIds } = finding;
  const readable = machineId === undefined ? [] : replicas.recoveryPoints(machineId, () => undefined);
  const takenAt = new Map(readable.map((point) => [point.id, point.takenAt]));
  return {
    objectPath,
    why: message,
    itemId: items.find((item) => item.details.replicaId === machineId)?.id,
    points: pointIds.map((id) => ({ id, takenAt: takenAt.get(id) })),
  };
}

/** What people and APIs see of a protected item: allowed operations, health, RPO, all derived. */
import { nameOf } from "../arm-id.ts";
import { blockSizeBytes } from "../disks/disk.ts";
import { isExpected } from "../errors.ts";
import { type LeaseHolder } from "../store/lease-row.ts";
import { leaseOf } from "../store/leases.ts";
import type { RecoveryPoint } from "../replica/replica-store.ts";
import type { EngineParts } from "./engine-parts.ts";
import { processServersOf } from "./components/choose-process-server.ts";
import type { HealthFacts, HealthNote } from "./health/health-note.ts";
import { healthNotesOf } from "./health/notes.ts";
import { fabricOf } from "./inventory/inventories.ts";
import { recoverySideName } from "./inventory/recovery-side.ts";
import { requireItem } from "./protected-item/require-item.ts";
import { allowedActions } from "../model/allowed-actions.ts";
import type { ItemAction } from "../model/transitions.ts";
import type { ProtectedItem } from "../model/item.ts";
import { relationshipOf } from "../model/relationship.ts";
import { stateFacts } from "../model/states.ts";
import { sourceDisks } from "./replication-cycle/source-disks.ts";
import { rpoThresholdSeconds } from "./replication-cycle/rpo-alarm.ts";
import { replicationRulesOf } from "./replication-cycle/replication-rules.ts";

/** Azure's values of ProtectionHealth. */
export type Health = "None" | "Normal" | "Warning" | "Critical";

export interface ItemView {
  readonly item: ProtectedItem;
  readonly allowedOperations: readonly ItemAction[];
  readonly replicationHealth: Health;
  readonly failoverHealth: Health;
  /** Why health is not normal, and what to do. */
  readonly healthNotes: readonly HealthNote[];
  /** What a process is doing with the item now. */
  readonly underWay: string | undefined;
  /** The process that does it. */
  readonly lease: LeaseHolder | undefined;
  readonly latestRecoveryPoint: RecoveryPoint | undefined;
  /** `undefined` while the target cannot be read. */
  readonly recoveryPointCount: number | undefined;
  /** Whether the target cannot be read now; `healthNotes` say why. */
  readonly isTargetAway: boolean;
  /** The second site's name, or `Microsoft Azure`. */
  readonly recoverySideName: string;
  /** The process server that serves the machine, where its site has more than one (C-3). */
  readonly processServerName: string | undefined;
  /** Age of the newest recovery point, in seconds, or `undefined` while the machine does not replicate. */
  readonly rpoSeconds: number | undefined;
  /** An RPO of more seconds than this is an alarm. */
  readonly rpoThresholdSeconds: number;
  /** The policy's interval, in seconds. */
  readonly replicationIntervalSeconds: number;
  /**
   * Bytes that changed and are not in a recovery point yet; `undefined` if the source cannot be read, or if its change
   * logs do not tell and the next cycle compares both sides.
   */
  readonly pendingBytes: number | undefined;
}

async function pendingBytesOf(parts: EngineParts, item: ProtectedItem): Promise<number | undefined> {
  try {
    const blocks = await Array.fromAsync(
      await sourceDisks(parts, item),
      async (disk) => (await parts.snapshots.stateOf(disk)).pendingBlocks,
    );
    return blocks.reduce((sum, count) => sum + count, 0) * blockSizeBytes;
  } catch {
    // replicationError reports an unreachable source when a cycle meets it; a view must not fail.
    return undefined;
  }
}

function processServerNameOf(parts: EngineParts, item: ProtectedItem): string | undefined {
  const { processServerId } = relationshipOf(item);
  if (processServerId === undefined) return undefined;
  return processServersOf(parts, fabricOf(processServerId)).length > 1 ? nameOf(processServerId) : undefined;
}

/** The health that several notes come to: the worst of theirs. */
function healthOf(notes: readonly HealthNote[]): Health {
  if (notes.length === 0) return "Normal";
  return notes.some(({ severity }) => severity === "Critical") ? "Critical" : "Warning";
}

/** By the wall clock or the boot clock, whichever says more: a clock that was set back makes no point look young. */
function ageSeconds({ clock }: EngineParts, point: Pick<RecoveryPoint, "takenAt" | "takenOn">): number {
  const shared = clock.shared();
  const isSameClock = shared.clock !== "" && point.takenOn?.clock === shared.clock;
  const sinceBoot = isSameClock ? shared.milliseconds - point.takenOn!.milliseconds : 0;
  return Math.max(0, clock.now() - point.takenAt, sinceBoot) / 1000;
}

type TargetLook = Pick<HealthFacts, "replicas" | "targetFailure" | "points" | "unreadablePoints">;

/** What can be read of the item's target. One that is away is a finding, and hides nothing else of the item. */
async function lookAtTarget(parts: EngineParts, item: ProtectedItem): Promise<TargetLook> {
  const { replicaStoreId, replicaId } = relationshipOf(item);
  try {
    const replicas = await parts.replicaStoreOf(replicaStoreId);
    let unreadablePoints = 0;
    const points = await replicas.recoveryPoints(replicaId, () => (unreadablePoints += 1));
    return { replicas, targetFailure: undefined, points, unreadablePoints };
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { replicas: undefined, targetFailure: error, points: [], unreadablePoints: 0 };
  }
}

export async function viewItem(parts: EngineParts, itemId: string): Promise<ItemView> {
  const item = requireItem(parts, itemId);
  const { replicas, targetFailure, points, unreadablePoints } = await lookAtTarget(parts, item);
  const latest = points.at(-1);
  const { replicates } = stateFacts[item.state];
  const newest = targetFailure === undefined ? latest : item.details.lastCycle;
  const rpoSeconds = replicates && newest ? ageSeconds(parts, newest) : undefined;
  const interval = replicationRulesOf(parts, itemId)?.intervalSeconds ?? 300;
  const threshold = rpoThresholdSeconds(parts, itemId);
  const notes = await healthNotesOf({
    parts,
    item,
    replicas,
    targetFailure,
    points,
    unreadablePoints,
    rpoSeconds,
    rpoThresholdSeconds: threshold,
  });
  const isCompared = notes.some(({ code }) => code === "ResyncRequired");
  const lease = leaseOf(parts.store, itemId, parts.clock);
  return {
    item,
    allowedOperations: lease === undefined ? allowedActions(item) : [],
    replicationHealth: replicates ? healthOf(notes) : "None",
    failoverHealth: targetFailure ? "Critical" : latest ? "Normal" : "Warning",
    healthNotes: notes,
    underWay: lease?.purpose,
    lease,
    latestRecoveryPoint: latest,
    recoveryPointCount: targetFailure ? undefined : points.length,
    isTargetAway: targetFailure !== undefined,
    recoverySideName: recoverySideName(parts, itemId),
    processServerName: processServerNameOf(parts, item),
    rpoSeconds,
    rpoThresholdSeconds: threshold,
    replicationIntervalSeconds: interval,
    pendingBytes: replicates && !isCompared ? await pendingBytesOf(parts, item) : undefined,
  };
}

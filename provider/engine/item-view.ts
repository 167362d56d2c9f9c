/** What people and APIs see of a protected item: allowed operations, health, RPO, all derived. */
import { nameOf } from "../arm-id.ts";
import { readChangeState } from "../disks/read-change-state.ts";
import { currentLease } from "../store/leases.ts";
import type { RecoveryPoint, ReplicaStore } from "../targets/replica-store.ts";
import type { EngineParts } from "./engine-parts.ts";
import { processServersOf } from "./components/choose-process-server.ts";
import { fabricOf } from "./inventory/inventories.ts";
import { recoverySideName } from "./inventory/recovery-side.ts";
import { requireItem } from "./job/run-job.ts";
import { allowedActions } from "./protected-item/allowed-actions.ts";
import type { ProtectedItem } from "./protected-item/item.ts";
import { relationshipOf } from "./protected-item/relationship.ts";
import { stateFacts } from "./protected-item/states.ts";
import { officeHoursOf, resyncWaitsUntil, waitText } from "./replication-cycle/resync-window.ts";
import { sourceDisks } from "./replication-cycle/source-disks.ts";
import { pausedText, pausedWith } from "./replication-cycle/pause.ts";
import { rpoThresholdSeconds } from "./replication-cycle/rpo-alarm.ts";
import type { ReplicationFailure } from "./replication-cycle/retry-schedule.ts";
import { replicationRulesOf } from "./replication-cycle/replication-rules.ts";

/** Azure's values of ProtectionHealth. */
export type Health = "None" | "Normal" | "Warning" | "Critical";

export interface ItemView {
  readonly item: ProtectedItem;
  readonly allowedOperations: readonly string[];
  readonly replicationHealth: Health;
  readonly failoverHealth: Health;
  /** Why health is not normal, and what to do. */
  readonly healthNotes: readonly string[];
  /** What another process is doing with the item now. */
  readonly underWay: string | undefined;
  readonly latestRecoveryPoint: RecoveryPoint | undefined;
  readonly recoveryPointCount: number;
  /** The second site's name, or `Microsoft Azure`. */
  readonly recoverySideName: string;
  /** The process server that serves the machine, where its site has more than one (C-3). */
  readonly processServerName: string | undefined;
  /** Age of the newest recovery point, in seconds; nothing while the machine does not replicate. */
  readonly rpoSeconds: number | undefined;
  /** An RPO of more seconds than this is an alarm. */
  readonly rpoThresholdSeconds: number;
  /** The policy's interval, in seconds. */
  readonly replicationIntervalSeconds: number;
  /** Bytes that changed and are not in a recovery point yet; nothing when the source cannot be read. */
  readonly pendingBytes: number | undefined;
}

/** An RPO of more than so many thresholds is critical. */
const criticalThresholds = 2;

function pendingBytesOf(parts: EngineParts, item: ProtectedItem): number | undefined {
  try {
    const blocks = sourceDisks(parts, item).map(
      (disk) => readChangeState(disk.path, { files: parts.files }).pendingBlocks,
    );
    return blocks.reduce((sum, count) => sum + count, 0) * 65_536;
  } catch {
    // A source that cannot be reached is told by replicationError when a cycle meets it; a view must not fail.
    return undefined;
  }
}

function retryNote({ attempt, retryAt, situation }: ReplicationFailure): string {
  if (retryAt !== undefined) {
    return `(attempt ${attempt}; \`replicate --follow\` tries again at ${new Date(retryAt).toISOString()})`;
  }
  return situation === undefined
    ? ""
    : "(not retried until its settings or the machine change; once it is mended, run `siterecovery replicate`)";
}

function consistencyNotes(parts: EngineParts, item: ProtectedItem): string[] {
  const { consistencyFailure, frozenAt, machineName } = item.details;
  const waitsUntil = stateFacts[item.state].replicates ? resyncWaitsUntil(parts, item) : undefined;
  return [
    ...(consistencyFailure === undefined
      ? []
      : [`the newest recovery point is not app-consistent: ${consistencyFailure}`]),
    ...(item.details.isSourceUnfenced && item.activeLocation === "recovery"
      ? [
          "its source could not be shut down and may still run; the next action on it that finds it shuts it down",
        ]
      : []),
    ...(frozenAt === undefined ? [] : ["its applications are frozen; the next action on it thaws them"]),
    ...(waitsUntil === undefined ? [] : [waitText(machineName, waitsUntil, officeHoursOf(parts, item.id))]),
  ];
}

function healthNotes(
  parts: EngineParts,
  item: ProtectedItem,
  rpoSeconds: number | undefined,
  threshold: number,
): string[] {
  const notes: string[] = [];
  const { replicationError } = item.details;
  if (replicationError) {
    notes.push(`last replication failed: ${replicationError.message} ${retryNote(replicationError)}`);
  }
  const paused = stateFacts[item.state].replicates ? pausedWith(parts, item.id) : undefined;
  if (paused) notes.push(pausedText(paused, item.id));
  if (rpoSeconds !== undefined && rpoSeconds > threshold) {
    const age = Math.round(rpoSeconds);
    notes.push(
      `the newest recovery point is late: ${age} s old, over the threshold of ${threshold} s; run \`siterecovery replicate\``,
    );
  }
  return notes;
}

function processServerNameOf(parts: EngineParts, item: ProtectedItem): string | undefined {
  const { processServerId } = relationshipOf(item);
  if (processServerId === undefined) return undefined;
  return processServersOf(parts, fabricOf(processServerId)).length > 1 ? nameOf(processServerId) : undefined;
}

function damageNotes(count: number): string[] {
  if (count === 0) return [];
  const are = count === 1 ? "is" : "are";
  return [`${count} of its stored objects ${are} damaged; run \`siterecovery verify\``];
}

/** Layer files that the last verification found damaged, and that points still need. */
function damagedLayers(replicas: ReplicaStore, item: ProtectedItem): number {
  const machine = replicas.machine(relationshipOf(item).replicaId);
  const noted = new Set(machine.damage.read());
  if (noted.size === 0) return 0;
  const present = item.details.disks.flatMap((disk) => machine.layerFiles(disk.id));
  return present.filter(({ kind, id }) => noted.has(`${id}.${kind}`)).length;
}

/** What does not mend itself: a failure that is not tried again, an RPO far too long, damaged objects. */
function isCritical(item: ProtectedItem, thresholds: number, damaged: number): boolean {
  const { replicationError: failure } = item.details;
  const isStuck = failure !== undefined && failure.retryAt === undefined;
  return isStuck || thresholds > criticalThresholds || damaged > 0;
}

export async function viewItem(parts: EngineParts, itemId: string): Promise<ItemView> {
  const item = requireItem(parts, itemId);
  const { replicaStoreId, replicaId } = relationshipOf(item);
  const replicas = await parts.replicaStoreOf(replicaStoreId);
  let unreadable = 0;
  const points = replicas.recoveryPoints(replicaId, () => (unreadable += 1));
  const latest = points.at(-1);
  const { replicates } = stateFacts[item.state];
  const rpoSeconds =
    replicates && latest ? Math.max(0, (parts.clock.now() - latest.takenAt) / 1000) : undefined;
  const interval = replicationRulesOf(parts, itemId)?.intervalSeconds ?? 300;
  const threshold = rpoThresholdSeconds(parts, itemId);
  const damaged = unreadable + damagedLayers(replicas, item);
  const notes = [
    ...healthNotes(parts, item, rpoSeconds, threshold),
    ...consistencyNotes(parts, item),
    ...damageNotes(damaged),
  ];
  const lease = currentLease(parts.store, itemId);
  return {
    item,
    allowedOperations: lease === undefined ? allowedActions(item) : [],
    replicationHealth: !replicates
      ? "None"
      : notes.length === 0
        ? "Normal"
        : isCritical(item, (rpoSeconds ?? 0) / threshold, damaged)
          ? "Critical"
          : "Warning",
    failoverHealth: latest ? "Normal" : "Warning",
    healthNotes: notes,
    underWay: lease,
    latestRecoveryPoint: latest,
    recoveryPointCount: points.length,
    recoverySideName: recoverySideName(parts, itemId),
    processServerName: processServerNameOf(parts, item),
    rpoSeconds,
    rpoThresholdSeconds: threshold,
    replicationIntervalSeconds: interval,
    pendingBytes: replicates ? pendingBytesOf(parts, item) : undefined,
  };
}

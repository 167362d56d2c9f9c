/** What people and APIs see of a protected item: allowed operations, health, RPO, all derived. */
import { readChangeState } from "../disks/read-change-state.ts";
import { currentLease } from "../store/leases.ts";
import type { RecoveryPoint, ReplicaStore } from "../targets/replica-store.ts";
import type { EngineParts } from "./engine-parts.ts";
import { fabricOf, findMachine } from "./inventory/find-machine.ts";
import { requireItem } from "./job/run-job.ts";
import { allowedActions } from "./protected-item/allowed-actions.ts";
import type { ProtectedItem } from "./protected-item/item.ts";
import { stateFacts } from "./protected-item/states.ts";
import type { ReplicationFailure } from "./replication-cycle/retry-schedule.ts";
import { policyOf } from "./replication-cycle/policy-of.ts";

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
  /** Age of the newest recovery point, in seconds; nothing while the machine does not replicate. */
  readonly rpoSeconds: number | undefined;
  /** The policy's interval, in seconds. */
  readonly replicationIntervalSeconds: number;
  /** Bytes that changed and are not in a recovery point yet; nothing when the source cannot be read. */
  readonly pendingBytes: number | undefined;
}

/** An RPO of more than so many intervals is a warning: one cycle was missed. */
const lateIntervals = 2;

function pendingBytesOf(parts: EngineParts, item: ProtectedItem): number | undefined {
  try {
    const found = findMachine(parts, fabricOf(item.id), item.details.machineName);
    if (!found) return undefined;
    const blocks = item.details.disks.map((disk) => {
      const path = found.machine.disks.find(({ id }) => id === disk.id)?.path ?? "";
      return readChangeState(path, { files: parts.files }).pendingBlocks;
    });
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

function healthNotes(item: ProtectedItem, rpoSeconds: number | undefined, intervalSeconds: number): string[] {
  const notes: string[] = [];
  const { replicationError } = item.details;
  if (replicationError) {
    notes.push(`last replication failed: ${replicationError.message} ${retryNote(replicationError)}`);
  }
  if (rpoSeconds !== undefined && rpoSeconds > lateIntervals * intervalSeconds) {
    notes.push("the newest recovery point is late; run `siterecovery replicate`");
  }
  return notes;
}

/** Layer files that the last verification found damaged, and that points still need. */
function damagedLayers(replicas: ReplicaStore, { details }: ProtectedItem): number {
  const machine = replicas.machine(details.replicaId);
  const noted = new Set(machine.damage.read());
  if (noted.size === 0) return 0;
  const present = details.disks.flatMap((disk) => machine.layerFiles(disk.id));
  return present.filter(({ kind, id }) => noted.has(`${id}.${kind}`)).length;
}

export async function viewItem(parts: EngineParts, itemId: string): Promise<ItemView> {
  const item = requireItem(parts, itemId);
  const replicas = await parts.replicaStoreOf(item.details.storageAccountId);
  let unreadable = 0;
  const points = replicas.recoveryPoints(item.details.replicaId, () => (unreadable += 1));
  const latest = points.at(-1);
  const { replicates } = stateFacts[item.state];
  const rpoSeconds =
    replicates && latest ? Math.max(0, (parts.clock.now() - latest.takenAt) / 1000) : undefined;
  const interval = policyOf(parts, itemId)?.replicationInterval ?? 300;
  const damaged = unreadable + damagedLayers(replicas, item);
  const notes = healthNotes(item, rpoSeconds, interval);
  if (damaged > 0) {
    notes.push(
      `${damaged} of its stored objects ${damaged === 1 ? "is" : "are"} damaged; run \`siterecovery verify\``,
    );
  }
  const lease = currentLease(parts.store, itemId);
  return {
    item,
    allowedOperations: lease === undefined ? allowedActions(item) : [],
    replicationHealth: !replicates ? "None" : notes.length === 0 ? "Normal" : "Warning",
    failoverHealth: latest ? "Normal" : "Warning",
    healthNotes: notes,
    underWay: lease,
    latestRecoveryPoint: latest,
    recoveryPointCount: points.length,
    rpoSeconds,
    replicationIntervalSeconds: interval,
    pendingBytes: replicates ? pendingBytesOf(parts, item) : undefined,
  };
}

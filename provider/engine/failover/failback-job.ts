/**
 * Failback of Hyper-V machines: a planned failover from Azure (H2F-4). Changes are synchronised while the replica
 * machine still runs, then it is shut down and a last delta is taken, so that nothing is lost. The disks at the
 * primary side are made equal to that point by writing only what differs; a machine that is gone is made again.
 */
import path from "node:path";
import { resetTracking } from "../../disks/reset-tracking.ts";
import { assert } from "../../errors.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { fabricOf, findMachine, hostForNewMachine } from "../inventory/find-machine.ts";
import type { JobContext, JobDefinition } from "../job/job-definition.ts";
import type { ProtectedItem, RecoveryMachine, ReplicationCycle } from "../protected-item/item.ts";
import { copyProgress } from "../replication-cycle/report-progress.ts";
import { runCycle } from "../replication-cycle/run-cycle.ts";
import { applyDelta } from "../replication/apply-delta.ts";
import { restoreDisk } from "../replication/restore-disk.ts";

export interface FailbackInput {
  /** False leaves the machine at the primary side off: a recovery plan starts it with its boot group. */
  readonly startMachine?: boolean;
}

type Context = JobContext<FailbackInput>;

function recoveryMachineOf(item: ProtectedItem): RecoveryMachine {
  assert(item.details.recoveryMachine, `${item.details.machineName} has no machine at the recovery side`);
  return item.details.recoveryMachine;
}

/** Sends what the replica machine has changed back into the replica, as a new recovery point. */
async function synchronise(context: Context): Promise<ReplicationCycle> {
  const { parts, progress } = context;
  const item = context.item();
  const { folder, pointId } = recoveryMachineOf(item);
  const replicas = await parts.replicaStoreOf(item.details.storageAccountId);
  const newest = replicas.recoveryPoints(item.details.replicaId).at(-1)?.id;
  // A delta counts from the newest point. A machine that was started from an older one is compared as a whole.
  const kind = newest === (item.details.failbackPointId ?? pointId) ? "delta" : "resync";
  const disks = item.details.disks.map((disk) => ({ diskId: disk.id, path: path.join(folder, disk.file) }));
  const cycle = await runCycle(parts, item.details, { kind, disks, progress });
  putItem(parts.store, { ...item, details: { ...item.details, failbackPointId: cycle.pointId } });
  return cycle;
}

/** Where the machine is, or will be made, at the primary side. */
function primaryFolder(parts: EngineParts, item: ProtectedItem): { folder: string; isThere: boolean } {
  const { machineName } = item.details;
  const found = findMachine(parts, fabricOf(item.id), machineName);
  if (found) return { folder: found.machine.folder, isThere: true };
  const host = hostForNewMachine(parts, fabricOf(item.id));
  return { folder: path.join(host.inputs.inventoryFolder!, machineName), isThere: false };
}

async function applyToPrimary(context: Context): Promise<{ bytesWritten: number }> {
  const { parts, progress } = context;
  const item = context.item();
  const store = await parts.replicaStoreOf(item.details.storageAccountId);
  const { pointId } = context.resultOf<ReplicationCycle>("LastDelta");
  const { folder, isThere } = primaryFolder(parts, item);
  if (isThere) parts.machines.shutDown(folder);
  else parts.files.makeFolder(folder);
  let bytesWritten = 0;
  for (const disk of item.details.disks) {
    const options = {
      store,
      pointId,
      diskId: disk.id,
      toPath: path.join(folder, disk.file),
      onProgress: copyProgress(parts.clock, progress, "failback"),
      ...(progress.signal ? { signal: progress.signal } : {}),
    };
    const copy = parts.files.exists(options.toPath) ? applyDelta : restoreDisk;
    bytesWritten += (await parts.copySlot(() => copy(options))).bytesWritten;
    // The disk equals the newest recovery point now; from here on changes count towards the next delta.
    await resetTracking(options.toPath, { files: parts.files, clock: parts.clock });
  }
  if (!isThere) parts.machines.define(folder, item.details.definition);
  return { bytesWritten };
}

export const failbackJob: JobDefinition<FailbackInput> = {
  scenario: "Failback",
  title: "failback",
  step: "Failback",
  tasks: [
    {
      name: "PrerequisitesCheck",
      title: "Check that the primary side can be reached",
      run: ({ parts, item }) => primaryFolder(parts, item()),
    },
    {
      name: "SynchroniseChanges",
      title: "Synchronise changes while the replica machine runs",
      run: synchronise,
    },
    {
      name: "ShutDownReplica",
      title: "Shut the replica machine down",
      run: ({ parts, item }) => parts.machines.shutDown(recoveryMachineOf(item()).folder),
    },
    { name: "LastDelta", title: "Take the last delta", run: synchronise },
    { name: "ApplyToPrimary", title: "Make the primary side's disks equal to it", run: applyToPrimary },
    {
      name: "StartPrimary",
      title: "Start the machine at the primary side",
      run: ({ parts, item, input }) => {
        if (input.startMachine ?? true) parts.machines.start(primaryFolder(parts, item()).folder);
      },
    },
  ],
  finish: ({ parts, resultOf }, item) => ({
    ...item,
    activeLocation: "primary",
    details: {
      ...item.details,
      lastCycle: resultOf<ReplicationCycle>("LastDelta"),
      lastMove: { action: "failback", endedAt: parts.clock.now() },
    },
  }),
  rollBack: ({ parts, item, hasEnded }) => {
    const { machineName, recoveryMachine } = item().details;
    if (!hasEnded("ShutDownReplica")) return `${machineName} runs at the recovery side as before.`;
    const primary = findMachine(parts, fabricOf(item().id), machineName);
    if (primary) parts.machines.shutDown(primary.machine.folder);
    if (recoveryMachine) parts.machines.start(recoveryMachine.folder);
    return `The failback was rolled back: ${machineName} runs at the recovery side again.`;
  },
};

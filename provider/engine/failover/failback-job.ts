/**
 * Failback of Hyper-V machines: a planned failover from Azure (H2F-4). Changes are synchronised while the replica
 * machine still runs, then it is shut down and a last delta is taken, so that nothing is lost.
 */
import { assert } from "../../errors.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachine } from "../inventory/find-machine.ts";
import { fabricOf } from "../inventory/inventories.ts";
import type { JobContext, JobDefinition, Progress } from "../job/job-definition.ts";
import type { ProtectedItem, RecoveryMachine, ReplicationCycle } from "../protected-item/item.ts";
import { runCycle } from "../replication-cycle/run-cycle.ts";
import { recoveryDisks } from "../replication-cycle/source-disks.ts";
import { applyToPrimary, type PrimaryPlace, primaryPlace } from "./primary-machine.ts";

export interface FailbackInput {
  /** False leaves the machine at the primary side off: a recovery plan starts it with its boot group. */
  readonly startMachine?: boolean;
  /** The host that a machine which is gone is made on (alternate location); absent: the first that can be reached. */
  readonly toHost?: string;
}

type Context = JobContext<FailbackInput>;

export function recoveryMachineOf(item: ProtectedItem): RecoveryMachine {
  assert(item.details.recoveryMachine, `${item.details.machineName} has no machine at the recovery side`);
  return item.details.recoveryMachine;
}

/**
 * Sends what the replica machine has changed back into the replica, as a new recovery point. Can be repeated, also
 * before the job begins, so that less is left to send while the machine is off.
 */
export async function synchroniseReplica(
  parts: EngineParts,
  item: ProtectedItem,
  progress: Progress,
): Promise<ReplicationCycle> {
  const { pointId } = recoveryMachineOf(item);
  const replicas = await parts.replicaStoreOf(item.details.replicaStoreId);
  const newest = replicas.recoveryPoints(item.details.replicaId).at(-1)?.id;
  // A delta counts from the newest point. A machine that was started from an older one is compared as a whole.
  const kind = newest === (item.details.failbackPointId ?? pointId) ? "delta" : "resync";
  const cycle = await runCycle(parts, item.details, { kind, disks: recoveryDisks(item), progress });
  putItem(parts.store, { ...item, details: { ...item.details, failbackPointId: cycle.pointId } });
  return cycle;
}

const synchronise = ({ parts, item, progress }: Context): Promise<ReplicationCycle> =>
  synchroniseReplica(parts, item(), progress);

export const failbackJob: JobDefinition<FailbackInput> = {
  scenario: "Failback",
  title: "failback",
  step: "Failback",
  tasks: [
    {
      name: "PrerequisitesCheck",
      title: "Check that the primary side can be reached",
      run: ({ parts, item, input }): PrimaryPlace => primaryPlace(parts, item(), input.toHost),
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
    {
      name: "ApplyToPrimary",
      title: "Make the primary side's disks equal to it",
      run: ({ parts, item, resultOf, progress }) => {
        const { pointId } = resultOf<ReplicationCycle>("LastDelta");
        const place = resultOf<PrimaryPlace>("PrerequisitesCheck");
        return applyToPrimary(parts, item(), { pointId, place }, progress);
      },
    },
    {
      name: "StartPrimary",
      title: "Start the machine at the primary side",
      run: ({ parts, resultOf, input }) => {
        if (input.startMachine ?? true)
          parts.machines.start(resultOf<PrimaryPlace>("PrerequisitesCheck").folder);
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

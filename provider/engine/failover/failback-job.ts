/**
 * Failback of Hyper-V machines: a planned failover from Azure (H2F-4). Changes are synchronised while the replica
 * machine still runs, then it is shut down and a last delta is taken, so that nothing is lost.
 */
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { JobContext, JobDefinition, Progress } from "../job/job-definition.ts";
import type { ProtectedItem, ReplicationCycle } from "../protected-item/item.ts";
import { recoveryMachineOf } from "../protected-item/recovery-machine-of.ts";
import { requireWay } from "../replication-cycle/require-way.ts";
import { runCycle } from "../replication-cycle/run-cycle.ts";
import { recoveryDisks } from "../replication-cycle/source-disks.ts";
import {
  type AppliedPoint,
  applyToPrimary,
  type PrimaryPlace,
  primaryPlace,
  settledAt,
  undoPrimary,
} from "./primary-machine.ts";
import { replicaIsOff, replicaIsSent } from "./still-holds.ts";
import { provenCycle } from "./proven-cycle.ts";
import { shutDownReplica, startReplica } from "./replica-power.ts";
import { foreseePlannedBack } from "./foresee-way-back.ts";

export interface FailbackInput {
  /** False leaves the machine at the primary side off: a recovery plan starts it with its boot group. */
  readonly startMachine?: boolean;
  /** The host that a machine which is gone is made on (alternate location); absent: the first that can be reached. */
  readonly toHost?: string;
}

type Context = JobContext<FailbackInput>;

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
  const disks = recoveryDisks(parts, item);
  const cycle = await runCycle(parts, item, { kind, way: "local", disks, progress });
  putItem(parts.store, { ...item, details: { ...item.details, failbackPointId: cycle.pointId } });
  return cycle;
}

const synchronise = ({ parts, item, progress }: Context): Promise<ReplicationCycle> =>
  synchroniseReplica(parts, item(), progress);

async function lastDelta(context: Context): Promise<ReplicationCycle> {
  const last = await synchronise(context);
  const cycle = await provenCycle(
    context,
    { way: "local", disks: recoveryDisks(context.parts, context.item()) },
    last,
  );
  const item = context.item();
  putItem(context.parts.store, { ...item, details: { ...item.details, failbackPointId: cycle.pointId } });
  return cycle;
}

export const failbackJob: JobDefinition<FailbackInput> = {
  scenario: "Failback",
  title: "failback",
  step: "Failback",
  foresee: foreseePlannedBack,
  tasks: [
    {
      name: "PrerequisitesCheck",
      title: "Check that the primary side can be reached",
      run: (context): PrimaryPlace => primaryPlace(context, context.input.toHost),
    },
    {
      name: "SynchroniseChanges",
      title: "Synchronise changes while the replica machine runs",
      run: synchronise,
    },
    {
      name: "ShutDownReplica",
      holds: replicaIsOff,
      title: "Shut the replica machine down",
      run: shutDownReplica,
    },
    {
      name: "LastDelta",
      title: "Take the last delta, and compare the disks with it",
      run: lastDelta,
      holds: replicaIsSent,
    },
    {
      name: "ApplyToPrimary",
      title: "Make the primary side's disks equal to it",
      run: (context) => {
        const { pointId } = context.resultOf<ReplicationCycle>("LastDelta");
        const place = context.resultOf<PrimaryPlace>("PrerequisitesCheck");
        requireWay(context.parts, context.item(), "back");
        return applyToPrimary(context, { pointId, place });
      },
    },
    {
      name: "StartPrimary",
      isTurn: true,
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
      ...settledAt(parts, item.details, resultOf<PrimaryPlace>("PrerequisitesCheck")),
      primarySeed: resultOf<AppliedPoint>("ApplyToPrimary").seed,
      lastCycle: resultOf<ReplicationCycle>("LastDelta"),
      lastMove: { action: "failback", endedAt: parts.clock.now() },
    },
  }),
  rollBack: (context) => {
    const { machineName } = context.item().details;
    if (!context.hasEnded("ShutDownReplica")) return `${machineName} runs at the recovery side as before.`;
    undoPrimary(context, context.resultOf<PrimaryPlace>("PrerequisitesCheck"));
    startReplica(context);
    return `The failback was rolled back: ${machineName} runs at the recovery side again.`;
  },
};

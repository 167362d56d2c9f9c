/**
 * The jobs that bring a machine back to the primary side: the machine at the recovery side is shut down, the disks at
 * the primary side become equal to a recovery point, and the machine starts there. In which way that point comes about,
 * and what is kept of it, is each job's row.
 */
import { hasCode } from "../../errors.ts";
import { fabricTypeOf } from "../inventory/fabric-type.ts";
import { flowFor, flows } from "../../model/flows.ts";
import { fabricOf } from "../inventory/inventories.ts";
import type { JobContext, JobDefinition, JobTask } from "../job/job-definition.ts";
import type { ItemDetails, ProtectedItem, ReplicationCycle } from "../../model/item.ts";
import { requireWay } from "../replication-cycle/require-way.ts";
import { runCycle } from "../replication-cycle/run-cycle.ts";
import { recoveryDisks } from "../replication-cycle/source-disks.ts";
import { requireUnchanged } from "../identity/changed-primary.ts";
import { requireDisksKnown } from "../identity/unknown-disks.ts";
import { chooseRecoveryPoint } from "../recovery-point/choose-recovery-point.ts";
import type { FailoverInput } from "./failover-job.ts";
import { foreseePlannedBack, foreseeUnplannedBack, requireRoomAtPrimary } from "./foresee-way-back.ts";
import { requireNamesFree } from "./overwritten-disk.ts";
import { type AppliedPoint, overwritePrimary, undoPrimary } from "./overwrite-primary.ts";
import { type PrimaryPlace, machineOfPlace, primaryPlace, settled } from "./primary-machine.ts";
import { provenCycle } from "./proven-cycle.ts";
import { recoveryImages } from "./require-left-alone.ts";
import { shutDownReplica, startReplica } from "./replica-power.ts";
import { hearGuest } from "./guest-word.ts";
import { replicaIsOff, replicaIsSent } from "./still-holds.ts";
import { noteFailbackPoint, synchroniseReplica } from "./synchronise-replica.ts";

export type FailbackInput = Pick<FailoverInput, "startMachine" | "toHost" | "discardPrimaryChanges">;

/** What the jobs differ in. Names of scenarios and tasks are kept with jobs, and so are for good. */
interface WayBack<Input> extends Pick<JobDefinition<Input>, "scenario" | "title" | "step" | "foresee"> {
  /** Tasks before the machine is shut down. */
  readonly whileItRuns: readonly JobTask<Input>[];
  readonly shutDownTitle: string;
  /** Makes or chooses the recovery point; its result has a `pointId`. */
  readonly point: JobTask<Input>;
  readonly applyTitle: string;
  /** Whether the point was made apart from the line between the sides, so that the line is asked for when it is applied. */
  readonly isPointLocal: boolean;
  /** What the item keeps of the move besides where it runs. */
  kept(context: JobContext<Input>, item: ProtectedItem): Partial<ItemDetails>;
  /** For people: what was rolled back. */
  readonly rolledBack: string;
}

const placeOf = ({ resultOf }: Pick<JobContext<unknown>, "resultOf">): PrimaryPlace =>
  resultOf<PrimaryPlace>("PrerequisitesCheck");

function tasksOf<Input extends FailbackInput>(row: WayBack<Input>): JobTask<Input>[] {
  return [
    {
      name: "PrerequisitesCheck",
      title: "Check that the primary side can be reached",
      run: async (context): Promise<PrimaryPlace> => {
        const place = await primaryPlace(context, context.input.toHost);
        const { folder } = place;
        const isDiscarded = context.input.discardPrimaryChanges;
        await requireUnchanged(context.parts, context.item(), { folder, isDiscarded });
        await requireDisksKnown(context.parts, context.item());
        requireNamesFree(context.parts.files, context.item(), folder);
        return place;
      },
    },
    ...row.whileItRuns,
    { name: "ShutDownReplica", title: row.shutDownTitle, holds: replicaIsOff, run: shutDownReplica },
    row.point,
    {
      name: "ApplyToPrimary",
      title: row.applyTitle,
      run: async (context) => {
        const { pointId } = context.resultOf<{ pointId: string }>(row.point.name);
        if (row.isPointLocal) await requireWay(context.parts, context.item(), "back");
        const isDiscarded = context.input.discardPrimaryChanges;
        return overwritePrimary(context, { pointId, place: placeOf(context), isDiscarded });
      },
    },
    {
      name: "StartPrimary",
      isTurn: true,
      title: "Start the machine at the primary side",
      run: async (context) => {
        if (context.input.startMachine === false) return;
        const { folder } = placeOf(context);
        await context.parts.machines.start(folder);
        await hearGuest(context.parts, { folder, itemId: context.itemId }, context.progress);
      },
    },
  ];
}

function leftAtRecovery(
  { parts }: Pick<JobContext<unknown>, "parts">,
  item: ProtectedItem,
): Pick<ItemDetails, "recoveryMachine"> {
  const { recoveryMachine } = item.details;
  const left = recoveryImages(parts, item);
  return recoveryMachine && left ? { recoveryMachine: { ...recoveryMachine, left } } : {};
}

function wayBackJob<Input extends FailbackInput>(row: WayBack<Input>): JobDefinition<Input> {
  const { scenario, title, step, foresee } = row;
  return {
    ...{ scenario, title, step, tasks: tasksOf(row), needsOwnDisks: true },
    ...(foresee ? { foresee } : {}),
    look: async (context) => machineOfPlace(context.parts, context.item().details, placeOf(context)),
    finish: (context, item, seen) => ({
      ...item,
      activeLocation: "primary",
      details: {
        ...settled(item.details),
        ...seen,
        primarySeed: context.resultOf<AppliedPoint>("ApplyToPrimary").seed,
        lastMove: { action: title, endedAt: context.parts.clock.now() },
        ...leftAtRecovery(context, item),
        ...row.kept(context, item),
      },
    }),
    rollBack: async (context) => {
      const { machineName } = context.item().details;
      if (!context.hasEnded("ShutDownReplica")) return `${machineName} runs at the recovery side as before.`;
      await undoPrimary(context, placeOf(context));
      await startReplica(context);
      return `${row.rolledBack} was rolled back: ${machineName} runs at the recovery side again.`;
    },
  };
}

/**
 * Failback of Hyper-V machines: a planned failover from Azure (H2F-4). Changes are synchronised while the replica
 * machine still runs, then it is shut down and a last delta is taken, so that nothing is lost.
 */
export const failbackJob = wayBackJob<FailbackInput>({
  scenario: "Failback",
  title: "failback",
  step: "Failback",
  foresee: foreseePlannedBack,
  whileItRuns: [
    {
      name: "SynchroniseChanges",
      title: "Synchronise changes while the replica machine runs",
      run: async (context) => {
        const { parts, item, progress } = context;
        const cycle = await synchroniseReplica(parts, item(), progress);
        // What the machine has written since its failover is known only now.
        await requireRoomAtPrimary(parts, item(), placeOf(context));
        return cycle;
      },
    },
  ],
  shutDownTitle: "Shut the replica machine down",
  point: {
    name: "LastDelta",
    title: "Take the last delta, and compare the disks with it",
    holds: replicaIsSent,
    run: async (context): Promise<ReplicationCycle> => {
      const { parts, item, progress } = context;
      const last = await synchroniseReplica(parts, item(), progress);
      const disks = await recoveryDisks(parts, item());
      const cycle = await provenCycle(context, { way: "local", disks }, last);
      noteFailbackPoint(parts, item(), cycle);
      return cycle;
    },
  },
  applyTitle: "Make the primary side's disks equal to it",
  isPointLocal: true,
  kept: ({ resultOf }) => ({ lastCycle: resultOf<ReplicationCycle>("LastDelta") }),
  rolledBack: "The failback",
});

/** What both failovers to the primary side share: the machine replicates back already, and waits for its commit there. */
const failoverToPrimary: Pick<
  WayBack<FailoverInput>,
  "whileItRuns" | "shutDownTitle" | "applyTitle" | "isPointLocal" | "kept" | "rolledBack"
> = {
  whileItRuns: [],
  shutDownTitle: "Shut the machine at the recovery side down",
  applyTitle: "Make the primary side's disks equal to the recovery point",
  isPointLocal: false,
  kept: (context, { id, details }) => {
    // A server that came back runs on VMware now, and follows that row from here (V2F-9).
    const { platform } = placeOf(context);
    const { instanceType } = flows[details.flow];
    const fabricType = fabricTypeOf(context.parts, fabricOf(id)) ?? "HyperVSite";
    return {
      flow: flowFor({ instanceType, fabricType, platform })?.id ?? details.flow,
      failbackPointId: context.resultOf<{ pointId: string }>("RecoveryPoint").pointId,
    };
  },
  rolledBack: "The failover",
};

/** Shuts the machine at the recovery side down and takes a last delta on its way back (V2F-4, SEC-8). */
export const plannedFailoverToPrimaryJob = wayBackJob<FailoverInput>({
  ...failoverToPrimary,
  scenario: "PlannedFailoverToPrimary",
  title: "planned failover to the primary side",
  step: "PlannedFailover",
  foresee: foreseePlannedBack,
  point: {
    name: "RecoveryPoint",
    title: "Take the last delta, and compare the disks with it",
    holds: replicaIsSent,
    run: async (context): Promise<ReplicationCycle> => {
      const { parts, item, progress } = context;
      const disks = await recoveryDisks(parts, item());
      const last = await runCycle(parts, item(), { kind: "delta", way: "back", disks, progress });
      return provenCycle(context, { way: "back", disks }, last);
    },
  },
});

/** Uses a recovery point of the way back: the machine at the recovery side may be lost. */
export const unplannedFailoverToPrimaryJob = wayBackJob<FailoverInput>({
  ...failoverToPrimary,
  scenario: "UnplannedFailoverToPrimary",
  title: "unplanned failover to the primary side",
  step: "UnplannedFailover",
  foresee: foreseeUnplannedBack,
  point: {
    name: "RecoveryPoint",
    title: "Send the last changes if they can be read, and choose the recovery point",
    run: choosePoint,
  },
});

/** `latest` takes along what the machine, now off, has not sent yet; a machine that is lost has sent all it will. */
async function choosePoint(context: JobContext<FailoverInput>): Promise<{ pointId: string }> {
  const { parts, item, input, progress, resultOf } = context;
  const { wasThere } = resultOf<{ wasThere: boolean }>("ShutDownReplica");
  if (input.recoveryPoint === "latest" && wasThere) {
    try {
      const disks = await recoveryDisks(parts, item());
      return await runCycle(parts, item(), { kind: "delta", way: "back", disks, progress });
    } catch (error) {
      if (!hasCode(error, "SourceUnreachable")) throw error;
      progress.report(`the last changes cannot be sent: ${error.message}`);
    }
  }
  return { pointId: (await chooseRecoveryPoint(parts, item(), input.recoveryPoint)).id };
}

/**
 * Failover in the other direction, of a machine that replicates back from the recovery side (V2F-4, SEC-8). A
 * planned one shuts the machine down there and takes a last delta; an unplanned one uses a recovery point of the
 * way back. The disks at the primary side become equal to it, and the machine waits for its commit there.
 */
import { SiteRecoveryError } from "../../errors.ts";
import type { JobContext, JobDefinition, JobTask } from "../job/job-definition.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { fabricTypeOf } from "../components/fabric-type.ts";
import { flowFor, flows } from "../flows.ts";
import type { ReplicationCycle } from "../protected-item/item.ts";
import { runCycle } from "../replication-cycle/run-cycle.ts";
import { recoveryDisks } from "../replication-cycle/source-disks.ts";
import { chooseRecoveryPoint } from "./choose-recovery-point.ts";
import type { FailoverInput } from "./failover-job.ts";
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
import { foreseePlannedBack, foreseeUnplannedBack } from "./foresee-way-back.ts";

type Context = JobContext<FailoverInput>;

const check: JobTask<FailoverInput> = {
  name: "PrerequisitesCheck",
  title: "Check that the primary side can be reached",
  run: (context): PrimaryPlace => primaryPlace(context, context.input.toHost),
};

const shutDown: JobTask<FailoverInput> = {
  holds: replicaIsOff,
  name: "ShutDownReplica",
  title: "Shut the machine at the recovery side down",
  run: shutDownReplica,
};

/** `latest` takes along what the machine, now off, has not sent yet; a machine that is lost has sent all it will. */
async function choosePoint(context: Context): Promise<{ pointId: string }> {
  const { parts, item, input, progress, resultOf } = context;
  const { wasThere } = resultOf<{ wasThere: boolean }>("ShutDownReplica");
  if (input.recoveryPoint === "latest" && wasThere) {
    try {
      const disks = recoveryDisks(parts, item());
      return await runCycle(parts, item(), { kind: "delta", way: "back", disks, progress });
    } catch (error) {
      if (!(error instanceof SiteRecoveryError) || error.code !== "SourceUnreachable") throw error;
      progress.report(`the last changes cannot be sent: ${error.message}`);
    }
  }
  return { pointId: (await chooseRecoveryPoint(parts, item(), input.recoveryPoint)).id };
}

const apply: JobTask<FailoverInput> = {
  name: "ApplyToPrimary",
  title: "Make the primary side's disks equal to the recovery point",
  run: (context) => {
    const { pointId } = context.resultOf<{ pointId: string }>("RecoveryPoint");
    const place = context.resultOf<PrimaryPlace>("PrerequisitesCheck");
    return applyToPrimary(context, { pointId, place });
  },
};

const start: JobTask<FailoverInput> = {
  isTurn: true,
  name: "StartPrimary",
  title: "Start the machine at the primary side",
  run: ({ parts, resultOf, input }) => {
    if (input.startMachine ?? true) parts.machines.start(resultOf<PrimaryPlace>("PrerequisitesCheck").folder);
  },
};

/** A server that came back runs on VMware now, and goes on by that row (V2F-9). */
const finish =
  (action: string): NonNullable<JobDefinition<FailoverInput>["finish"]> =>
  ({ parts, resultOf }, item) => {
    const { instanceType } = flows[item.details.flow];
    const place = resultOf<PrimaryPlace>("PrerequisitesCheck");
    const { platform } = place;
    const fabricType = fabricTypeOf(parts, fabricOf(item.id)) ?? "HyperVSite";
    return {
      ...item,
      activeLocation: "primary",
      details: {
        ...settledAt(parts, item.details, place),
        flow: flowFor({ instanceType, fabricType, platform })?.id ?? item.details.flow,
        primarySeed: resultOf<AppliedPoint>("ApplyToPrimary").seed,
        failbackPointId: resultOf<{ pointId: string }>("RecoveryPoint").pointId,
        lastMove: { action, endedAt: parts.clock.now() },
      },
    };
  };

function rollBack(context: Context): string {
  const { machineName } = context.item().details;
  if (!context.hasEnded("ShutDownReplica")) return `${machineName} runs at the recovery side as before.`;
  undoPrimary(context, context.resultOf<PrimaryPlace>("PrerequisitesCheck"));
  startReplica(context);
  return `The failover was rolled back: ${machineName} runs at the recovery side again.`;
}

export const plannedFailoverToPrimaryJob: JobDefinition<FailoverInput> = {
  scenario: "PlannedFailoverToPrimary",
  title: "planned failover to the primary side",
  step: "PlannedFailover",
  foresee: foreseePlannedBack,
  tasks: [
    check,
    shutDown,
    {
      name: "RecoveryPoint",
      holds: replicaIsSent,
      title: "Take the last delta, and compare the disks with it",
      run: async (context): Promise<ReplicationCycle> => {
        const item = context.item();
        const { progress, parts } = context;
        const disks = recoveryDisks(parts, item);
        const last = await runCycle(parts, item, { kind: "delta", way: "back", disks, progress });
        return provenCycle(context, { way: "back", disks }, last);
      },
    },
    apply,
    start,
  ],
  finish: finish("planned failover to the primary side"),
  rollBack,
};

export const unplannedFailoverToPrimaryJob: JobDefinition<FailoverInput> = {
  scenario: "UnplannedFailoverToPrimary",
  title: "unplanned failover to the primary side",
  step: "UnplannedFailover",
  foresee: foreseeUnplannedBack,
  tasks: [
    check,
    shutDown,
    {
      name: "RecoveryPoint",
      title: "Send the last changes if they can be read, and choose the recovery point",
      run: choosePoint,
    },
    apply,
    start,
  ],
  finish: finish("unplanned failover to the primary side"),
  rollBack,
};

/**
 * Planned and unplanned failover to the recovery side (H2F-1, HW-5a). A planned one shuts the source down and
 * takes a last delta, so that nothing is lost; an unplanned one does not need the source, and shuts it down when
 * it can be reached, so that there are never two active sides. Either way the replica machine then waits in
 * commit pending (HW-5b).
 */
import { nameOf } from "../../arm-id.ts";
import { isExpected } from "../../errors.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import { findThing } from "../../store/things.ts";
import { noteMove, ownerFor, removeOfJob } from "../identity/owned-machine.ts";
import {
  carriersOf,
  notFound,
  findMachineOf,
  requireMachineOf,
  requirePlaceOf,
} from "../inventory/find-machine.ts";
import type { JobContext, JobDefinition, JobTask } from "../job/job-definition.ts";
import type {
  ImagesLeft,
  PrimaryLeft,
  ProtectedItem,
  RecoveryMachine,
  ReplicationCycle,
} from "../../model/item.ts";
import { takeOverHardware } from "../identity/hardware.ts";
import type { Lineages } from "../../model/lineage.ts";
import { runCycle } from "../replication-cycle/run-cycle.ts";
import { primaryDisks } from "../replication-cycle/source-disks.ts";
import { imagesLeft, sentUpTo } from "../identity/changed-primary.ts";
import { provenCycle } from "./proven-cycle.ts";
import { chooseRecoveryPoint } from "../recovery-point/choose-recovery-point.ts";
import { foreseePlanned, foreseeUnplanned, networksOf, sourceText } from "./foresee-failover.ts";
import { hearGuest } from "./guest-word.ts";
import { unsentText } from "./unsent-changes.ts";
import { hasRun, primaryIsOff, primaryIsSent } from "./still-holds.ts";
import {
  findPlace,
  type MachinePlace,
  recoveryDetails,
  type RecoveryMachinePlan,
  recoveryMachinePlan,
  restoreDisks,
  startRecoveryMachine,
} from "./recovery-machine.ts";

export interface FailoverInput {
  /** One of Azure's choices or a recovery point's name; a planned failover always uses its own last delta. */
  readonly recoveryPoint: string;
  /** False leaves the machine that is made off: a recovery plan starts it with its boot group. */
  readonly startMachine?: boolean;
  /** To the primary side only: the host that a machine which is gone is made on. */
  readonly toHost?: string;
  /** To the primary side only: whether disks that were changed there after the failover may be overwritten. */
  readonly discardPrimaryChanges?: boolean;
}

type Context = JobContext<FailoverInput>;

interface Shutdown {
  readonly wasRunning: boolean;
  readonly isLost?: boolean;
  /** Of a source that is off now; absent in jobs of an earlier version. */
  readonly images?: ImagesLeft;
  readonly unsent?: string;
  /** Of a source that is lost. */
  readonly sentUpTo?: readonly Lineages[];
}

function inputsOf({ parts, itemId }: Context): ItemInputs {
  return findThing<ItemInputs>(parts.store, itemId)!.inputs;
}

async function placeOf(context: Context): Promise<MachinePlace> {
  const owner = ownerFor(context, { purpose: "replica" });
  return findPlace(context.parts, context.item(), inputsOf(context), owner);
}

function planOf(context: Context): RecoveryMachinePlan {
  const place = context.resultOf<MachinePlace>("PrerequisitesCheck");
  return recoveryMachinePlan(context.parts, context.item(), place, networksOf(context.parts, context.item()));
}

/** Shuts down whatever carries the source's id; throws what `requirePlaceOf` throws when it is not sure which one it is. */
async function shutDownCarriers(context: Context): Promise<Shutdown> {
  const { parts, item } = context;
  const lookup = await findMachineOf(parts, item());
  if (lookup.answer === "found") return shutDownSource(context);
  for (const { folder } of carriersOf(lookup, item())) await parts.machines.shutDown(folder);
  throw notFound(item(), lookup);
}

async function shutDownSource({ parts, item, itemId, jobId }: Context): Promise<Shutdown> {
  const { folder } = await requirePlaceOf(parts, item());
  const wasRunning = (await parts.machines.powerState(folder)) === "running";
  await noteMove(parts, folder, { itemId, jobId }, "recovery");
  await parts.machines.shutDown(folder);
  return { wasRunning, images: imagesLeft(parts, item(), folder) };
}

const restore: JobTask<FailoverInput> = {
  name: "RestoreDisks",
  title: "Make the replica machine's disks from the recovery point",
  run: async (context) => {
    const pointId = context.resultOf<{ pointId: string }>("RecoveryPoint").pointId;
    const plan = planOf(context);
    const point = await chooseRecoveryPoint(context.parts, context.item(), pointId);
    const owner = ownerFor(context, { purpose: "replica" });
    await restoreDisks(context.parts, plan, { point, owner }, context.progress);
    return { pointTakenAt: point.takenAt, sentUpTo: sentUpTo(context.item(), point) };
  },
};

const start: JobTask<FailoverInput> = {
  isTurn: true,
  hasTurned: async (context) => hasRun(context.parts, context.item(), planOf(context).folder),
  name: "StartReplicaMachine",
  title: "Start the replica machine",
  run: async (context): Promise<RecoveryMachine> => {
    const pointId = context.resultOf<{ pointId: string }>("RecoveryPoint").pointId;
    const point = await chooseRecoveryPoint(context.parts, context.item(), pointId);
    const { parts, itemId, input, progress } = context;
    const machine = await startRecoveryMachine(parts, planOf(context), point, input.startMachine);
    if (input.startMachine === false) return machine;
    const guest = await hearGuest(parts, { folder: machine.folder, itemId }, progress);
    return guest === undefined ? machine : { ...machine, guest };
  },
};

/** Whether an unplanned failover could not shut the source down (fence-source.ts). */
function isSourceLost(context: Context): boolean {
  return context.hasEnded("FenceSource") && context.resultOf<Shutdown>("FenceSource").isLost === true;
}

/** What is known of the disks that are left behind, or `undefined` if a migration left their machine running. */
function plannedLeft({ resultOf }: Context): PrimaryLeft | undefined {
  if (resultOf<Shutdown | undefined>(shutDownSourceTask) === undefined) return undefined;
  return resultOf<Pick<PrimaryLeft, "sentUpTo">>(restore.name);
}

function unplannedLeft({ resultOf }: Context): PrimaryLeft | undefined {
  const { images, sentUpTo: newest, unsent } = resultOf<Shutdown>("FenceSource");
  if (images !== undefined) return unsent === undefined ? { images } : { images, unsent };
  return newest === undefined ? undefined : { sentUpTo: newest };
}

const finish =
  (
    action: string,
    leftOf: (context: Context) => PrimaryLeft | undefined,
  ): NonNullable<JobDefinition<FailoverInput>["finish"]> =>
  (context, item) => ({
    ...item,
    activeLocation: "recovery",
    details: {
      ...withLeft(item, leftOf(context)),
      ...recoveryDetails(context.resultOf<RecoveryMachine>("StartReplicaMachine")),
      ...(isSourceLost(context) ? { isSourceUnfenced: true } : {}),
      lastMove: { action, endedAt: context.parts.clock.now() },
    },
  });

function withLeft({ details }: ProtectedItem, left: PrimaryLeft | undefined): ProtectedItem["details"] {
  const { primaryLeft: _before, ...others } = details;
  return left === undefined ? others : { ...others, primaryLeft: left };
}

async function isSourceOff({ parts, item }: Context): Promise<boolean> {
  return (await parts.machines.powerState((await requirePlaceOf(parts, item())).folder)) === "off";
}

export const shutDownSourceTask = "ShutDownSource";

export const plannedFailoverJob: JobDefinition<FailoverInput> = {
  scenario: "PlannedFailover",
  title: "planned failover",
  step: "PlannedFailover",
  foresee: foreseePlanned,
  tasks: [
    {
      name: "PrerequisitesCheck",
      title: "Check source, network and storage",
      run: async (context) => {
        const { parts } = context;
        // With its disks: one that is away must be noticed while the machine still runs.
        await takeOverHardware(parts, context.item(), { acceptsAll: false });
        const { folder } = (await requireMachineOf(parts, context.item())).machine;
        networksOf(parts, context.item());
        const wasRunning = (await parts.machines.powerState(folder)) === "running";
        return { wasRunning, ...(await placeOf(context)) };
      },
    },
    {
      name: shutDownSourceTask,
      holds: primaryIsOff,
      title: "Shut the source machine down",
      run: shutDownSource,
    },
    {
      name: "RecoveryPoint",
      title: "Take the last delta, and compare the disks with it",
      holds: primaryIsSent,
      run: async (context): Promise<ReplicationCycle> => {
        const item = context.item();
        const disks = await primaryDisks(context.parts, item);
        const { progress } = context;
        const last = await runCycle(context.parts, item, { kind: "delta", way: "out", disks, progress });
        // A migration may leave the source running: no comparison with it proves anything.
        return (await isSourceOff(context)) ? provenCycle(context, { way: "out", disks }, last) : last;
      },
    },
    restore,
    start,
  ],
  finish: finish("planned failover", plannedLeft),
  rollBack: async (context) => {
    if (!context.hasEnded("PrerequisitesCheck")) return "Nothing was changed.";
    const { parts } = context;
    const name = context.item().details.machineName;
    await removeOfJob(context, planOf(context).folder);
    const { wasRunning } = context.resultOf<Shutdown>("PrerequisitesCheck");
    const lookup = await findMachineOf(parts, context.item());
    if (lookup.answer !== "found") return "Nothing was changed.";
    await noteMove(parts, lookup.place.folder, context, "primary");
    if (!wasRunning) return "Nothing was changed.";
    await parts.machines.start(lookup.place.folder);
    return `The failover was rolled back: ${name} runs at the primary side again.`;
  },
};

export const unplannedFailoverJob: JobDefinition<FailoverInput> = {
  scenario: "UnplannedFailover",
  title: "unplanned failover",
  step: "UnplannedFailover",
  foresee: foreseeUnplanned,
  tasks: [
    {
      name: "PrerequisitesCheck",
      title: "Check network and recovery side",
      run: async (context): Promise<MachinePlace> => {
        networksOf(context.parts, context.item());
        return placeOf(context);
      },
    },
    {
      name: "RecoveryPoint",
      title: "Choose the recovery point",
      run: async (context) => {
        const point = await chooseRecoveryPoint(context.parts, context.item(), context.input.recoveryPoint);
        return { pointId: point.id };
      },
    },
    {
      name: "FenceSource",
      holds: primaryIsOff,
      title: "Shut the source machine down if it can be reached",
      run: async (context): Promise<Shutdown> => {
        try {
          const shutDown = await shutDownCarriers(context);
          const unsent = await unsentText(context.parts, context.item());
          if (unsent === undefined) return shutDown;
          context.progress.report(`${unsent}, and is on the disks at the primary side only`);
          return { ...shutDown, unsent };
        } catch (error) {
          if (!isExpected(error)) throw error;
          context.progress.report(`the source cannot be reached: ${error.message}`);
          const newest = await chooseRecoveryPoint(context.parts, context.item(), "latest");
          return { wasRunning: false, isLost: true, sentUpTo: sentUpTo(context.item(), newest) };
        }
      },
    },
    restore,
    start,
  ],
  finish: finish("unplanned failover", unplannedLeft),
  rollBack: async (context) => {
    if (!context.hasEnded("PrerequisitesCheck")) return "Nothing was changed.";
    await removeOfJob(context, planOf(context).folder);
    const lookup = await findMachineOf(context.parts, context.item());
    // Its mark says that it was moved out, and a person who starts it is asked to bring it back first.
    if (lookup.answer === "found" && context.hasEnded("FenceSource"))
      await noteMove(context.parts, lookup.place.folder, context, "primary");
    return `${nameOf(context.itemId)} was not failed over; ${await sourceText(context.parts, context.item())}.`;
  },
};

/** Drills: test failovers of a machine or a plan that are things of their own, once or by a schedule. */
import { findItem } from "../../store/protected-items.ts";
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { DrillInputs, DrillOutputs } from "../../kinds/drill.ts";
import { said } from "../../message.ts";
import { deleteDrillSchedule, putDrillSchedule } from "../../store/drill-schedules.ts";
import { deleteThing, findThing, listThings, putThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findTestMachine } from "../failover/find-test-machine.ts";
import { type ForeseenMove, foreseeStep } from "../failover/foresee-step.ts";
import { requireIsolatedNetwork } from "../failover/isolated-network.ts";
import { testFailoverCleanupJob, testFailoverJob } from "../failover/test-failover-jobs.ts";
import { Foresight } from "../job/foresight.ts";
import type { Progress } from "../../progress.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { requireItem } from "../protected-item/require-item.ts";
import { runsFromOf } from "../../model/runs-from.ts";
import { writeCatalogs } from "../write-catalogs.ts";
import { underLease } from "../lease/under-lease.ts";
import {
  type Drill,
  isRunning,
  needsCleanUp,
  subjectOf,
  testedItems,
  waitingStepOf,
} from "./drill-subject.ts";
import { DrillReports } from "./drill-reports.ts";
import { measured } from "./measured.ts";
import { runScheduled, type ScheduledOutcome } from "./run-scheduled.ts";
import { scheduleState } from "./schedule-state.ts";
import { waitOf } from "./step-time.ts";

export type { ScheduledOutcome } from "./run-scheduled.ts";

type Properties = DrillOutputs["properties"];

function findDrill(parts: EngineParts, id: string): Drill | undefined {
  const thing = findThing<DrillInputs>(parts.store, id);
  return thing?.kind === "drill" ? thing : undefined;
}

function waitsForPerson(parts: EngineParts, drill: Drill): SiteRecoveryError {
  const { name = "", jobId = "" } = waitingStepOf(parts, drill) ?? {};
  const message = said`The manual step ${name} of the drill ${nameOf(drill.id)} still waits for a person: \`siterecovery jobs complete ${jobId}\`, then run again.`;
  return new SiteRecoveryError("Cancelled", message, { target: drill.id });
}

async function cleanUp(parts: EngineParts, drill: Drill, progress: Progress): Promise<void> {
  if (!needsCleanUp(parts, drill)) return;
  await subjectOf(drill).kind.cleanUp(parts, drill, progress);
}

/** The outputs of the one test machine of a drill of one machine. */
function ofMachine(item: ProtectedItem): Partial<Properties> {
  const machine = item.details.testMachine!;
  const { pointKind, dataAgeSeconds, disks } = runsFromOf(machine, item.details);
  return {
    recoveryPointId: machine.pointId,
    recoveryPointTime: new Date(machine.pointTakenAt).toISOString(),
    ...(pointKind === undefined ? {} : { recoveryPointKind: pointKind }),
    ...(dataAgeSeconds === undefined ? {} : { dataAgeSeconds }),
    testMachineName: machine.name,
    disks: [...disks],
    evidence: machine.evidence.map((disk) => ({ ...disk })),
  };
}

function scheduled(parts: EngineParts, { id, inputs }: Drill): Partial<Properties> {
  if (inputs.schedule === undefined) return {};
  const { dueAt, state } = scheduleState(parts, id, inputs.schedule);
  return {
    nextRunTime: new Date(dueAt).toISOString(),
    ...(state.lastRun === undefined ? {} : { lastRun: state.lastRun }),
    ...(state.lastSuccessAt === undefined
      ? {}
      : { lastSuccessTime: new Date(state.lastSuccessAt).toISOString() }),
  };
}

/** The drills of an engine. */
export class Drills {
  readonly #parts: EngineParts;
  readonly reports: DrillReports;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.reports = new DrillReports(parts);
  }

  /**
   * Makes a drill as it is wanted. Without a schedule its test machines are there afterwards; with one its runs come when
   * they are due, and none are. Resumes what was interrupted.
   */
  async put(drillId: string, inputs: DrillInputs, progress: Progress): Promise<void> {
    const parts = this.#parts;
    const { store, clock } = parts;
    const drill: Drill = { id: drillId, inputs };
    const { kind, subjectId } = subjectOf(drill);
    kind.requireItems(parts, subjectId);
    requireIsolatedNetwork(parts, drillId, inputs.networkId);
    const { schedule } = inputs;
    await underLease(parts, drillId, "drill", async () => {
      if (schedule === undefined && !isRunning(parts, drill)) {
        const state = await this.#reported(progress, () =>
          kind.start(parts, drill, progress, { since: clock.now(), waits: true }),
        );
        // This process was asked to stop while a manual step waits.
        if (state === "Suspended") throw waitsForPerson(parts, drill);
      }
      // A run of the schedule that is under way is ended by its next turn.
      const isBegun = findDrill(parts, drillId)?.inputs.schedule !== undefined;
      if (schedule !== undefined && !isBegun) await cleanUp(parts, drill, progress);
      store.transaction(() => {
        putThing(store, drillId, "drill", inputs, clock.now());
        if (schedule === undefined) deleteDrillSchedule(store, drillId);
        else putDrillSchedule(store, scheduleState(parts, drillId, schedule));
      });
    });
    await writeCatalogs(parts);
  }

  /** Removes the test machines and the drill. Gone already is fine. */
  async end(drillId: string, progress: Progress): Promise<void> {
    const parts = this.#parts;
    if (!findDrill(parts, drillId)) return;
    await this.#reported(progress, () =>
      underLease(parts, drillId, "end of the drill", async () => {
        const drill = findDrill(parts, drillId);
        if (!drill) return;
        await cleanUp(parts, drill, progress);
        deleteThing(parts.store, drillId);
      }),
    );
    await writeCatalogs(parts);
  }

  /** Where the test machine of a protected item is now; `undefined` if it has none, or it is not where drills make it. */
  async testMachineFolder(itemId: string): Promise<string | undefined> {
    const { testMachine } = requireItem(this.#parts, itemId).details;
    return testMachine && (await findTestMachine(this.#parts, itemId, testMachine));
  }

  /**
   * Removes the test machine of a protected item; its drill ends with it unless it has a schedule. Throws
   * `ActionNotAllowed` if a plan made it.
   */
  async cleanUp(itemId: string, progress: Progress): Promise<void> {
    const parts = this.#parts;
    const mark = findItem(parts.store, itemId)?.details.testMachine?.drillId ?? "";
    const drill = findDrill(parts, mark);
    if (!drill) {
      const plan = nameOf(mark);
      const message = said`The test machine of ${nameOf(itemId)} is of a test of the plan ${plan}. Run \`siterecovery plan clean-up ${plan}\`.`;
      throw new SiteRecoveryError("ActionNotAllowed", message, { target: itemId });
    }
    if (drill.inputs.schedule === undefined) return this.end(drill.id, progress);
    await this.#reported(progress, () =>
      underLease(parts, drill.id, "end of the drill", () => cleanUp(parts, drill, progress)),
    );
  }

  /** What a drill of one machine would do now and what forbids it. Changes nothing. */
  async foresee(drillId: string, inputs: DrillInputs): Promise<ForeseenMove> {
    const { protectedItemId: itemId = "", networkId, recoveryPoint = "latest" } = inputs;
    const network = new Foresight();
    await network.check(() => requireIsolatedNetwork(this.#parts, drillId, networkId));
    const input = { drillId, networkId, recoveryPoint, requestedAt: this.#parts.clock.now() };
    const found = await foreseeStep(this.#parts, itemId, testFailoverJob, input);
    return { ...found, refusals: [...network.refusals, ...found.refusals] };
  }

  /** What the clean-up of an item's drill would do now and what forbids it. Changes nothing. */
  foreseeEnd(itemId: string): Promise<ForeseenMove> {
    return foreseeStep(this.#parts, itemId, testFailoverCleanupJob, {});
  }

  /** Ids of the protected items that a drill tests, as far as they are there. */
  itemIdsOf(inputs: DrillInputs): string[] {
    const { kind, subjectId } = subjectOf({ id: "", inputs });
    return kind.itemIds(this.#parts, subjectId);
  }

  /** What a drill found; `undefined` if it is not there, or has no schedule and not all of its test machines. */
  result(drillId: string): Properties | undefined {
    const drill = findDrill(this.#parts, drillId);
    if (!drill || (drill.inputs.schedule === undefined && !isRunning(this.#parts, drill))) return undefined;
    const [first, ...others] = testedItems(this.#parts, drill);
    const isOfMachine = drill.inputs.recoveryPlanId === undefined && others.length === 0;
    return {
      state: first === undefined ? "None" : first.testFailoverState,
      ...(first === undefined || !isOfMachine ? {} : ofMachine(first)),
      ...measured(this.#parts, drill),
      ...scheduled(this.#parts, drill),
    };
  }

  /**
   * All drills with what they found, `undefined` for one of which a test machine is missing; and the manual step that the
   * run of a schedule waits for.
   */
  list(): { readonly drill: Drill; readonly result: Properties | undefined; readonly waits?: string }[] {
    const drills = listThings<DrillInputs>(this.#parts.store, { kind: "drill" });
    return drills.map((drill) => {
      const waits = waitOf(this.#parts, drill);
      return { drill, result: this.result(drill.id), ...(waits === undefined ? {} : { waits }) };
    });
  }

  /** Runs a drill if its schedule says so; nothing happens otherwise. Throws only what stops this process. */
  runIfDue(drillId: string, progress: Progress): Promise<ScheduledOutcome | undefined> {
    return this.#reported(progress, () => runScheduled(this.#parts, drillId, progress));
  }

  /** Work that may end drills: a test that fails is one that has ended as well. */
  async #reported<T>(progress: Progress, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      await this.reports.writeIfPossible((line) => progress.report(line));
    }
  }
}

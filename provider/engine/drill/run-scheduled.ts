/**
 * A run of a drill's schedule: test, measure, clean up, write down. The run is in the store before it begins, and each
 * step can be done again, so that a process resumes what another one left.
 */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { DrillInputs, DrillRun } from "../../kinds/drill.ts";
import { plain, said } from "../../message.ts";
import { putDrillSchedule } from "../../store/drill-schedules.ts";
import { addEvent } from "../../store/events.ts";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireIsolatedNetwork } from "../failover/isolated-network.ts";
import type { Progress } from "../../progress.ts";
import { giveUpWaiting } from "../recovery-plan/give-up-waiting.ts";
import { underLease } from "../lease/under-lease.ts";
import { type Drill, isRunning, needsCleanUp, subjectOf, waitingStepOf } from "./drill-subject.ts";
import { measured } from "./measured.ts";
import { nextRun, nextTime } from "./next-run.ts";
import { type DrillState, scheduleState, type ScheduleState } from "./schedule-state.ts";
import { stepEnd, stepText } from "./step-time.ts";

/** How a due drill ended; `waits`: it is looked at again soon. */
export type ScheduledOutcome = { readonly run: DrillRun } | { readonly waits: string };

/** What works on a machine, or a manual step, is looked at again after this long. */
const pauseMilliseconds = 60_000;
/** A machine that is not free within this time is not tested. */
const patienceMilliseconds = 3_600_000;

const severities = { Succeeded: "OK", Skipped: "Warning", Failed: "Critical" } as const;

/** Whether an error is about this process and says nothing of the drill. */
function isStoppingError({ code }: SiteRecoveryError): boolean {
  return code === "LeaseLost" || code === "Bug";
}

class ScheduledRun {
  readonly #parts: EngineParts;
  readonly #drill: Drill;
  readonly #progress: Progress;
  #row: DrillState;

  constructor(parts: EngineParts, drill: Drill, progress: Progress) {
    this.#parts = parts;
    this.#drill = drill;
    this.#progress = progress;
    this.#row = scheduleState(parts, drill.id, drill.inputs.schedule!);
  }

  get isDue(): boolean {
    return this.#row.dueAt <= this.#parts.clock.now();
  }

  async run(): Promise<ScheduledOutcome> {
    const { clock } = this.#parts;
    if (this.#row.state.run === undefined) this.#put({ run: { startedAt: clock.now() } });
    try {
      if ((await this.#test()) === "Suspended") return await this.#waitForStep();
      await this.#cleanUp();
      return this.#end("Succeeded");
    } catch (error) {
      if (!(error instanceof SiteRecoveryError) || isStoppingError(error)) throw error;
      // Stopped by this process: the next one resumes it.
      if (this.#progress.signal?.aborted) throw error;
      if (error.code === "Busy" && this.#isPatient()) return this.#wait(error.message);
      return this.#failed(error);
    }
  }

  /** Whether what works on the machines is waited for; notes since when. */
  #isPatient(): boolean {
    const now = this.#parts.clock.now();
    const { busySince = now } = this.#row.state.run!;
    this.#putRun({ busySince });
    return now - busySince < patienceMilliseconds;
  }

  /** Waits for the person that a manual step is for, and gives the run up when its time is over. */
  async #waitForStep(): Promise<ScheduledOutcome> {
    const [parts, drill, run] = [this.#parts, this.#drill, this.#row.state.run!];
    const waiting = waitingStepOf(parts, drill);
    if (waiting === undefined) return this.#wait("a manual step was just completed");
    const { jobId, name, isOwn } = waiting;
    const isKnown = run.step?.jobId === jobId && run.step.name === name;
    const step = isKnown ? run.step! : { jobId, name, since: parts.clock.now() };
    this.#putRun({ step, busySince: undefined });
    const { schedule } = this.#row.state;
    const until = stepEnd(schedule, step.since);
    if (parts.clock.now() < until) return this.#wait(stepText(schedule, step));
    const time = plain(new Date(until).toISOString());
    const plan = nameOf(drill.inputs.recoveryPlanId!);
    if (!isOwn) {
      const message = said`${plan} has waited for a person since before ${time}, in a test that this drill did not begin: the manual step ${name}.`;
      return this.#failed(new SiteRecoveryError("ActionNotAllowed", message, { target: drill.id }));
    }
    const message = said`The manual step ${name} of ${plan} was not completed by ${time}.`;
    if (!(await giveUpWaiting(parts, jobId, message, this.#progress)))
      return this.#wait("a manual step was just completed");
    return this.#failed(new SiteRecoveryError("Cancelled", message, { target: drill.id }));
  }

  async #test(): Promise<"Succeeded" | "Suspended"> {
    const [parts, drill, run] = [this.#parts, this.#drill, this.#row.state.run!];
    if (run.measured) return "Succeeded";
    const { kind, subjectId } = subjectOf(drill);
    kind.requireItems(parts, subjectId);
    requireIsolatedNetwork(parts, drill.id, drill.inputs.networkId);
    if (!isRunning(parts, drill)) {
      const state = await kind.start(parts, drill, this.#progress, { since: run.startedAt, waits: false });
      if (state === "Suspended") return state;
    }
    this.#putRun({ measured: measured(parts, drill), busySince: undefined });
    return "Succeeded";
  }

  async #cleanUp(): Promise<void> {
    if (!needsCleanUp(this.#parts, this.#drill)) return;
    await subjectOf(this.#drill).kind.cleanUp(this.#parts, this.#drill, this.#progress);
  }

  async #failed(error: SiteRecoveryError): Promise<ScheduledOutcome> {
    const isSkipped = error.code === "ActionNotAllowed" || error.code === "Busy";
    let message = error.message;
    try {
      await this.#cleanUp();
    } catch (second) {
      if (!(second instanceof SiteRecoveryError) || isStoppingError(second)) throw second;
      message += ` Its clean-up failed as well: ${second.message}`;
      return this.#end("Failed", message);
    }
    return this.#end(isSkipped ? "Skipped" : "Failed", message);
  }

  #end(state: keyof typeof severities, error?: string): ScheduledOutcome {
    const { store, clock } = this.#parts;
    const { schedule, run, lastSuccessAt } = this.#row.state;
    const { startedAt, measured: found = { machines: [] } } = run!;
    const now = clock.now();
    const ended: DrillRun = {
      state,
      startTime: new Date(startedAt).toISOString(),
      endTime: new Date(now).toISOString(),
      ...(error === undefined ? {} : { error }),
      ...found,
    };
    const success = state === "Succeeded" ? startedAt : lastSuccessAt;
    const kept: ScheduleState = {
      schedule,
      lastRun: ended,
      ...(success === undefined ? {} : { lastSuccessAt: success }),
    };
    const dueAt = state === "Succeeded" ? nextRun(schedule, startedAt) : nextTime(schedule, now);
    const name = nameOf(this.#drill.id);
    const names = found.machines.map(({ machine }) => machine).join(", ");
    store.transaction(() => {
      putDrillSchedule(store, { id: this.#drill.id, dueAt, state: kept });
      addEvent(store, {
        type: "VmHealth",
        code: `Drill${state}`,
        severity: severities[state],
        description:
          error === undefined
            ? `drill ${name}: ${names} started from their recovery points and were removed again`
            : `drill ${name} ${state === "Skipped" ? "was skipped" : "failed"}: ${error}`,
        targetId: this.#drill.id,
        at: now,
      });
    });
    return { run: ended };
  }

  #wait(why: string): ScheduledOutcome {
    this.#put({}, this.#parts.clock.now() + pauseMilliseconds);
    return { waits: why };
  }

  #putRun(change: Partial<NonNullable<ScheduleState["run"]>>): void {
    this.#put({ run: { ...this.#row.state.run!, ...change } });
  }

  #put(change: Partial<ScheduleState>, dueAt = this.#row.dueAt): void {
    const { store } = this.#parts;
    this.#row = { ...this.#row, dueAt, state: { ...this.#row.state, ...change } };
    store.transaction(() => putDrillSchedule(store, this.#row));
  }
}

/** Runs a drill if it is due, and resumes a run that was left. Nothing happens if it is not due, or has no schedule. */
export async function runScheduled(
  parts: EngineParts,
  drillId: string,
  progress: Progress,
): Promise<ScheduledOutcome | undefined> {
  return underLease(parts, drillId, "scheduled drill", async () => {
    const thing = findThing<DrillInputs>(parts.store, drillId);
    if (thing?.kind !== "drill" || thing.inputs.schedule === undefined) return undefined;
    const run = new ScheduledRun(parts, thing, progress);
    return run.isDue ? run.run() : undefined;
  });
}

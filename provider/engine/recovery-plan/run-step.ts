/** One step of a run: what its kind means. */
import { nameOf } from "../../arm-id.ts";
import { tasksOf } from "../../store/jobs.ts";
import type { Progress } from "../../progress.ts";
import { choosePlanPoints, type PlanPoints } from "./choose-plan-points.ts";
import { shutDownSource, startMoved } from "./machine-power.ts";
import { waitForPerson } from "./manual-action.ts";
import { runMachineStep } from "./run-machine-step.ts";
import { type PlanRun, progressOf } from "./plan-run.ts";
import { type ActionStep, type PlanStep, pointsTask } from "./plan-steps.ts";
import { runScriptAction } from "./script-action.ts";
import { synchroniseSource } from "./synchronise-source.ts";

export interface StepPlace {
  readonly ordinal: number;
  /** Whether a manual step is waited for here. */
  readonly waits: boolean;
  readonly signal: AbortSignal;
}

function pointsOf({ parts, jobId }: PlanRun): PlanPoints {
  const task = tasksOf(parts.store, jobId).find(({ name }) => name === pointsTask);
  return (task?.result as PlanPoints | undefined) ?? {};
}

function runAction(run: PlanRun, step: ActionStep, place: StepPlace, progress: Progress): Promise<unknown> {
  const { customDetails } = step.action;
  if (customDetails.instanceType === "ManualActionDetails") {
    return waitForPerson(run, step, place.ordinal, { progress, waits: place.waits });
  }
  progress.report(`run ${customDetails.path} at the ${customDetails.fabricLocation.toLowerCase()} side`);
  // Only a script is stopped half-way: a machine's own job ends, so that no machine is left between two sides.
  return runScriptAction(run, step, customDetails, { ...progress, signal: place.signal });
}

/** Runs a step; its result is kept with the job's task. */
export function runStep(run: PlanRun, step: PlanStep, place: StepPlace): Promise<unknown> {
  const about = (name: string): Progress => progressOf(run.progress, `${step.group}: ${name}`);
  if (step.kind === "action") return runAction(run, step, place, about(step.action.actionName));
  if (step.kind === "points") return choosePlanPoints(run, step.itemIds);
  const progress = about(nameOf(step.itemId));
  if (step.kind === "synchronise") return synchroniseSource(run, step.itemId, progress);
  if (step.kind === "shutDown") return shutDownSource(run, step.itemId, progress);
  if (step.kind === "start") return startMoved(run, step.itemId, progress);
  return runMachineStep(run, step.itemId, pointsOf(run), progress);
}

/**
 * Runs the stages of a plan one after the other, the steps of a stage at the same time. A step that fails lets the
 * others of its stage continue; the next stage begins only when all have ended well.
 */
import pLimit from "p-limit";
import { nameOf } from "../../arm-id.ts";
import { messageOf, SiteRecoveryError } from "../../errors.ts";
import { beginTask, endTask, findJob, tasksOf } from "../../store/jobs.ts";
import { WaitsForPerson } from "./manual-action.ts";
import type { PlanRun } from "./plan-run.ts";
import type { PlanStep, Stage } from "./plan-steps.ts";
import { runStep } from "./run-step.ts";
import { ScriptFailed } from "./script-action.ts";
import { joined, plain, said } from "../../message.ts";

const pauseMilliseconds = 1000;

interface StepFailure {
  readonly step: PlanStep;
  readonly error: SiteRecoveryError;
}

/** What is kept of a step that failed. */
export interface FailedStepResult {
  readonly error: { readonly code: string; readonly message: string };
  readonly output?: string;
}

function isGivenUp({ parts, jobId }: PlanRun): boolean {
  return findJob(parts.store, jobId)?.state === "Cancelled";
}

function requireNotGivenUp(run: PlanRun): void {
  run.progress.signal?.throwIfAborted();
  if (!isGivenUp(run)) return;
  const message = said`The ${plain(run.operation.title)} of ${nameOf(run.plan.id)} was given up (jobs cancel).`;
  throw new SiteRecoveryError("Cancelled", message, { target: run.plan.id });
}

function errorOfStep(thrown: unknown, step: PlanStep): SiteRecoveryError {
  if (thrown instanceof SiteRecoveryError) return thrown;
  const why = messageOf(thrown);
  const code = thrown instanceof Error && thrown.name === "AbortError" ? "Cancelled" : "JobFailed";
  return new SiteRecoveryError(code, said`${step.name}: ${why}`, { cause: thrown });
}

async function settle(
  run: PlanRun,
  step: PlanStep,
  place: { ordinal: number; waits: boolean; signal: AbortSignal },
): Promise<StepFailure | undefined> {
  const { parts, jobId } = run;
  const end = (state: "Succeeded" | "Failed", result: unknown): void =>
    endTask(parts.store, jobId, place.ordinal, { state, result, now: parts.clock.now() });
  // A step that waits for a person, or that was completed meanwhile, is not begun again.
  if (["NotStarted", "Failed"].includes(tasksOf(parts.store, jobId)[place.ordinal]!.state)) {
    beginTask(parts.store, jobId, place.ordinal, parts.clock.now());
  }
  try {
    end("Succeeded", await runStep(run, step, place));
    return undefined;
  } catch (thrown) {
    if (thrown instanceof WaitsForPerson) throw thrown;
    const error = errorOfStep(thrown, step);
    run.progress.report(`${step.name} failed: ${error.message}`);
    const output = thrown instanceof ScriptFailed ? { output: thrown.result.output } : {};
    const result: FailedStepResult = { error: { code: error.code, message: error.message }, ...output };
    end("Failed", result);
    return { step, error };
  }
}

/** Runs work with a signal that is aborted when the job is given up, looked at each second. */
async function untilGivenUp<T>(run: PlanRun, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const [givenUp, over] = [new AbortController(), new AbortController()];
  const watch = async (): Promise<void> => {
    while (!isGivenUp(run)) await run.parts.clock.sleep(pauseMilliseconds, over.signal);
    givenUp.abort();
  };
  const watching = watch().catch(() => undefined);
  const { signal } = run.progress;
  try {
    return await work(signal ? AbortSignal.any([signal, givenUp.signal]) : givenUp.signal);
  } finally {
    over.abort();
    await watching;
  }
}

async function runStage(
  run: PlanRun,
  steps: readonly { readonly step: PlanStep; readonly ordinal: number }[],
  waits: boolean,
): Promise<StepFailure[]> {
  const failures: StepFailure[] = [];
  const all = async (signal: AbortSignal): Promise<void> => {
    const limit = pLimit(run.parts.copiesMax);
    await limit.map(steps, async ({ step, ordinal }) => {
      if (isGivenUp(run) || run.progress.signal?.aborted) return;
      const failure = await settle(run, step, { ordinal, waits, signal });
      if (failure) failures.push(failure);
    });
  };
  const first = steps[0]!.step;
  const isScript =
    first.kind === "action" && first.action.customDetails.instanceType === "ScriptActionDetails";
  await (isScript ? untilGivenUp(run, all) : all(new AbortController().signal));
  return failures;
}

function stageFailed(run: PlanRun, stage: Stage, failures: readonly StepFailure[]): SiteRecoveryError {
  const codes = new Set(failures.map(({ error }) => error.code));
  const what = joined(
    failures.map(({ step, error }) => said`${step.name}: ${error}`),
    "\n  ",
  );
  const others = stage.steps.length > 1 ? ` (${failures.length} of ${stage.steps.length})` : "";
  const message = said`The ${plain(run.operation.title)} of ${nameOf(run.plan.id)} stopped at ${stage.group}${plain(others)}:\n  ${what}\nMend it and run it again: only what is left is done. To give it up: \`siterecovery jobs cancel ${run.jobId}\`.`;
  return new SiteRecoveryError(codes.size === 1 ? [...codes][0]! : "JobFailed", message, {
    target: run.plan.id,
  });
}

/** Runs what has not ended. Throws what stopped it; `WaitsForPerson` when a manual step is not waited for here. */
export async function runStages(run: PlanRun, stages: readonly Stage[], waits: boolean): Promise<void> {
  let ordinal = 0;
  for (const stage of stages) {
    const placed = stage.steps.map((step) => ({ step, ordinal: ordinal++ }));
    const rows = tasksOf(run.parts.store, run.jobId);
    const left = placed.filter((place) => rows[place.ordinal]!.state !== "Succeeded");
    if (left.length === 0) continue;
    requireNotGivenUp(run);
    const failures = await runStage(run, left, waits);
    requireNotGivenUp(run);
    if (failures.length > 0) throw stageFailed(run, stage, failures);
  }
}

/** The job behind a plan's run: its tasks laid out by the plan, its stages run, its end written down. */
import { nameOf } from "../../arm-id.ts";
import { messageOf, SiteRecoveryError } from "../../errors.ts";
import {
  beginAttempt,
  endJob,
  findJob,
  type JobRow,
  replaceTasks,
  type TaskRow,
  tasksOf,
} from "../../store/jobs.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../../progress.ts";
import { giveSourcesBack } from "./machine-power.ts";
import { WaitsForPerson } from "./manual-action.ts";
import { operationFor } from "./plan-operation.ts";
import { itemsOf, type PlanInput, type PlanRun, requirePlan } from "./plan-run.ts";
import { type Stage, stagesOf } from "./plan-steps.ts";
import { stepHolds } from "./step-holds.ts";
import { runStages } from "./run-stages.ts";
import { plain, said } from "../../message.ts";

/** How a run ended; failures are thrown. */
export interface PlanOutcome {
  readonly jobId: string;
  /** `Suspended`: a manual step waits, and this process does not wait for it. */
  readonly state: "Succeeded" | "Suspended";
}

export interface RunOptions {
  /** Whether to wait here for manual steps. Default true. */
  readonly waits?: boolean;
}

export function runOf(parts: EngineParts, job: JobRow, progress: Progress): PlanRun {
  const input = job.input as PlanInput;
  const plan = requirePlan(parts, job.targetId);
  const operation = operationFor(input, itemsOf(parts, plan.inputs));
  return { parts, plan, operation, jobId: job.id, input, progress };
}

export function stagesOfRun({ plan, operation, input }: PlanRun): Stage[] {
  return stagesOf(plan.inputs, operation, { shutDownSources: input.shutDownSources ?? true });
}

/** Lays the job's tasks out by the plan as it is now; a step that has ended well stays ended while the world shows it. */
async function layOut(run: PlanRun, stages: readonly Stage[]): Promise<void> {
  const { parts, jobId } = run;
  const known = new Map(tasksOf(parts.store, jobId).map((row) => [row.name, row]));
  const rows = (
    await Array.fromAsync(
      stages,
      async ({ steps }) =>
        await Array.fromAsync(steps, async (step): Promise<TaskRow> => {
          const row = known.get(step.name);
          if (row?.state === "Suspended" || (row?.state === "Succeeded" && (await stepHolds(run, step))))
            return row;
          const { name } = step;
          return { name, state: "NotStarted", result: undefined, startedAt: undefined, endedAt: undefined };
        }),
    )
  ).flat();
  parts.store.transaction(() => {
    replaceTasks(parts.store, jobId, rows);
    beginAttempt(parts.store, jobId);
  });
}

/**
 * Runs what has not ended of a job: one that is new, that a dead process left, that failed, or that a person has let
 * go on. The caller holds the plan's lease.
 */
export async function attempt(run: PlanRun, options: RunOptions): Promise<PlanOutcome> {
  const { parts, jobId } = run;
  const stages = stagesOfRun(run);
  await layOut(run, stages);
  try {
    await runStages(run, stages, options.waits ?? true);
    endJob(parts.store, jobId, "Succeeded", parts.clock.now());
    return { jobId, state: "Succeeded" };
  } catch (thrown) {
    if (thrown instanceof WaitsForPerson) return { jobId, state: "Suspended" };
    throw await stopJob(run, thrown);
  }
}

async function stopJob(run: PlanRun, thrown: unknown): Promise<SiteRecoveryError> {
  const { parts, jobId, operation, plan } = run;
  if (findJob(parts.store, jobId)?.state === "Cancelled") {
    await giveSourcesBack(run);
    const message = said`The ${plain(operation.title)} of ${nameOf(plan.id)} was given up.`;
    return new SiteRecoveryError("Cancelled", message, { target: plan.id, cause: thrown });
  }
  const why = messageOf(thrown);
  const error =
    thrown instanceof SiteRecoveryError
      ? thrown
      : new SiteRecoveryError(
          run.progress.signal?.aborted ? "Cancelled" : "JobFailed",
          said`The ${plain(operation.title)} of ${nameOf(plan.id)} was stopped: ${why}. Run it again to resume it.`,
          { target: plan.id, cause: thrown },
        );
  endJob(parts.store, jobId, "Failed", parts.clock.now(), { code: error.code, message: error.message });
  return error;
}

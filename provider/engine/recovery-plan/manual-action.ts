/**
 * A manual step: the job is suspended until a person says that the step is done, in any process. The wait is in
 * the store and not in this process, so a process that dies while it waits loses nothing.
 */
import { SiteRecoveryError } from "../../errors.ts";
import { findJob, setJobState, suspendTask, tasksOf } from "../../store/jobs.ts";
import type { Progress } from "../../progress.ts";
import type { PlanRun } from "./plan-run.ts";
import type { ActionStep } from "./plan-steps.ts";
import { said } from "../../message.ts";

const pauseMilliseconds = 1000;

/** Thrown if this process is not to wait: the job stays suspended. */
export class WaitsForPerson extends SiteRecoveryError {
  constructor(message: string, target: string) {
    super("ActionNotAllowed", message, { target });
  }
}

export interface ManualActionResult {
  readonly comments: string;
  readonly completedAt: number;
}

/** What a person has to do, and how to say that it is done. */
export function manualActionText(jobId: string, { action }: Pick<ActionStep, "action">): string {
  const { customDetails, actionName } = action;
  const { description } = customDetails as { description?: string };
  const what = description === undefined ? actionName : `${actionName} (${description})`;
  return `waits for a person: ${what}. When it is done: \`siterecovery jobs complete ${jobId}\``;
}

/** Waits until the step is completed. Throws `WaitsForPerson` at once with `waits` false, `Cancelled` when given up. */
export async function waitForPerson(
  run: PlanRun,
  step: ActionStep,
  ordinal: number,
  options: { progress: Progress; waits: boolean },
): Promise<ManualActionResult> {
  const { parts, jobId } = run;
  const taskState = (): string => tasksOf(parts.store, jobId)[ordinal]!.state;
  parts.store.transaction(() => {
    // It may have been completed since the job was read.
    if (taskState() === "Succeeded") return;
    suspendTask(parts.store, jobId, ordinal);
    setJobState(parts.store, jobId, "Suspended");
  });
  const text = manualActionText(jobId, step);
  options.progress.report(text);
  while (taskState() === "Suspended") {
    if (!options.waits) throw new WaitsForPerson(text, run.plan.id);
    try {
      await parts.clock.sleep(pauseMilliseconds, options.progress.signal);
    } catch {
      throw new WaitsForPerson(text, run.plan.id);
    }
    if (findJob(parts.store, jobId)?.state === "Cancelled") {
      throw new SiteRecoveryError("Cancelled", said`The step "${step.action.actionName}" was given up.`);
    }
  }
  const result = tasksOf(parts.store, jobId)[ordinal]!.result as ManualActionResult;
  options.progress.report(`completed${result.comments === "" ? "" : `: ${result.comments}`}`);
  return result;
}

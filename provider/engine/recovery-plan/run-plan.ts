/**
 * Runs a recovery plan as a job: written down before it starts, one task a step. The job of a process that died goes
 * on where it stopped, and so does one that failed, when it is run again; one that was given up starts again.
 */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { RecoveryPlanInputs } from "../../kinds/recovery-plan.ts";
import { randomUuid } from "../../random.ts";
import {
  addJob,
  findJob,
  type JobRow,
  listJobs,
  openJobOf,
  replaceTasks,
  setJobInput,
  tasksOf,
} from "../../store/jobs.ts";
import type { Thing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../../progress.ts";
import { foreseePlan, requireNoOtherRun } from "./foresee-plan.ts";
import { isStarted } from "./machine-power.ts";
import { attempt, type PlanOutcome, type RunOptions, runOf, stagesOfRun } from "./plan-job.ts";
import { operationFor, planOperations } from "./plan-operation.ts";
import { itemsOf, type PlanInput, type PlanRequest, requirePlan } from "./plan-run.ts";
import { commandList } from "../../model/commands.ts";
import { planCommandsOf } from "./plan-commands.ts";
import { pointsTask } from "./plan-steps.ts";
import { allowedOperations } from "./plan-view.ts";
import { stepHolds } from "./step-holds.ts";
import { underLease } from "../lease/under-lease.ts";
import { requirePlanAllowed } from "./require-plan-allowed.ts";
import { plain, said } from "../../message.ts";
import { everyInTurn, someInTurn } from "../../in-turn.ts";

/** The plan's last job, if it failed at this operation and its machines are as it left them. */
async function failedJobToGoOnWith(
  parts: EngineParts,
  planId: string,
  request: PlanRequest,
): Promise<JobRow | undefined> {
  const [last] = listJobs(parts.store, { targetId: planId, limit: 1 });
  if (last?.state !== "Failed" || (last.input as PlanInput).operation !== request.operation) return undefined;
  const run = runOf(parts, last, { report: () => undefined });
  const ended = new Set(
    tasksOf(parts.store, last.id).flatMap(({ name, state }) => (state === "Succeeded" ? [name] : [])),
  );
  // A machine that was moved back, or runs again where it was shut down: the run's scripts have to run again as well.
  const isSame = await everyInTurn(
    stagesOfRun(run).flatMap(({ steps }) => steps),
    async (step) =>
      !["move", "shutDown"].includes(step.kind) || !ended.has(step.name) || (await stepHolds(run, step)),
  );
  return isSame ? last : undefined;
}

/** Whether a machine is not yet where an operation takes it, or does not run there. */
async function hasWork(parts: EngineParts, planId: string, request: PlanRequest): Promise<boolean> {
  const items = itemsOf(parts, requirePlan(parts, planId).inputs);
  const operation = operationFor(request, items);
  return await someInTurn(
    items,
    async (item) =>
      !operation.isDone(item, planId) ||
      (operation.failover !== undefined && !(await isStarted(parts, operation, item))),
  );
}

/**
 * Whether an operation has ended well as it is asked for now, and nothing is left of it: a command of several operations
 * that was stopped between two of them passes over it.
 */
export async function isRun(parts: EngineParts, planId: string, request: PlanRequest): Promise<boolean> {
  if (openJobOf(parts.store, planId) !== undefined || (await hasWork(parts, planId, request))) return false;
  const last = listJobs(parts.store, { targetId: planId, limit: 100 }).find(
    ({ input }) => (input as PlanInput).operation === request.operation,
  );
  if (last?.state !== "Succeeded") return false;
  const { recoveryPoint = "latest", unplanned = false } = last.input as PlanInput;
  return recoveryPoint === (request.recoveryPoint ?? "latest") && unplanned === (request.unplanned ?? false);
}

/** Throws `ActionNotAllowed` when every machine is where it is to be, and runs there, and no run is to be resumed. */
export async function requireWork(parts: EngineParts, planId: string, request: PlanRequest): Promise<void> {
  if ((await hasWork(parts, planId, request)) || openJobOf(parts.store, planId) !== undefined) return;
  if ((await failedJobToGoOnWith(parts, planId, request)) !== undefined) return;
  const items = itemsOf(parts, requirePlan(parts, planId).inputs);
  const operation = operationFor(request, items);
  const allowed = planCommandsOf(planId, allowedOperations(planId, items), items);
  const names = items.flatMap((item) => (item === undefined ? [] : [nameOf(item.id)]));
  const commands = commandList(allowed, nameOf(planId), ...names);
  const message = said`There is nothing to do for the ${plain(operation.title)} of ${nameOf(planId)}: each machine is ${plain(operation.done)}.
      Allowed now: ${commands}.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: planId });
}

async function beginOrGoOn(
  parts: EngineParts,
  plan: Thing<RecoveryPlanInputs>,
  request: PlanRequest,
  progress: Progress,
): Promise<JobRow> {
  const planId = plan.id;
  const failed = await failedJobToGoOnWith(parts, planId, request);
  if (failed) {
    progress.report("resuming the run that failed");
    // The points are chosen again for the machines that are left; what is asked for now counts.
    parts.store.transaction(() => {
      requireNoOtherRun(parts, plan);
      const rows = tasksOf(parts.store, failed.id).filter(({ name }) => name !== pointsTask);
      replaceTasks(parts.store, failed.id, rows);
      setJobInput(parts.store, failed.id, { ...(failed.input as PlanInput), ...request });
    });
    return findJob(parts.store, failed.id)!;
  }
  await requireWork(parts, planId, request);
  const now = parts.clock.now();
  const input: PlanInput = { ...request, requestedAt: now };
  const { scenario } = planOperations[request.operation];
  const job = { id: randomUuid(parts.random), scenario, targetId: planId, input, startedAt: now };
  parts.store.transaction(() => {
    // Looked at again where the job is written: another plan may have begun since the run was foreseen.
    requireNoOtherRun(parts, plan);
    addJob(parts.store, job, []);
  });
  return findJob(parts.store, job.id)!;
}

/** A job that waits for a person, of another operation than is asked for now, has to be ended first. */
function requireNotWaiting(parts: EngineParts, open: JobRow): void {
  if (!tasksOf(parts.store, open.id).some(({ state }) => state === "Suspended")) return;
  const message = said`${nameOf(open.targetId)} waits for a person in its ${open.scenario}. Say that the step is done with
      \`siterecovery jobs complete ${open.id}\`, or give the run up with \`siterecovery jobs cancel ${open.id}\`.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: open.targetId });
}

/** Runs an operation of a plan. Throws what stopped it; run again, it does what is left. */
export async function runPlan(
  parts: EngineParts,
  planId: string,
  request: PlanRequest,
  progress: Progress,
  options: RunOptions = {},
): Promise<PlanOutcome> {
  const plan = requirePlan(parts, planId);
  const operation = operationFor(request, itemsOf(parts, plan.inputs));
  return underLease(parts, plan.id, operation.title, async () => {
    const open = openJobOf(parts.store, plan.id);
    if (open) {
      const isSame = (open.input as PlanInput).operation === request.operation;
      if (!isSame) requireNotWaiting(parts, open);
      progress.report(`resuming the ${planOperations[(open.input as PlanInput).operation].title}`);
      const outcome = await attempt(runOf(parts, open, progress), options);
      if (isSame || outcome.state === "Suspended" || (await isRun(parts, plan.id, request))) return outcome;
    }
    const foreseen = await foreseePlan(parts, plan, operation, request);
    requirePlanAllowed(plan.id, foreseen, allowedOperations(plan.id, itemsOf(parts, plan.inputs)));
    const job = await beginOrGoOn(parts, plan, request, progress);
    return attempt(runOf(parts, job, progress), options);
  });
}

/**
 * Recovery plans (V2F-2, H2F-2): machines that move together, in groups and in order, with scripts and manual steps
 * between. This file is the room's face; run-plan.ts runs an operation, plan-steps.ts lays it out.
 */
import { idKey, isIdOf, nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { protectionClusterKind } from "../../kinds/protection-cluster.ts";
import { type RecoveryPlanInputs, recoveryPlanKind } from "../../kinds/recovery-plan.ts";
import { completeTask, findJob, giveUpJob, type JobRow, tasksOf } from "../../store/jobs.ts";
import { currentLease } from "../../store/leases.ts";
import type { Thing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../../progress.ts";
import { underLease } from "../lease/under-lease.ts";
import { Foresight } from "../job/foresight.ts";
import { describeRun } from "./describe-run.ts";
import {
  foreseeLaterOperations,
  type ForeseenPlan,
  foreseePlan,
  type LaterOperation,
} from "./foresee-plan.ts";
import { giveSourcesBack } from "./machine-power.ts";
import { completeGroups } from "./plan-groups.ts";
import { attempt, type PlanOutcome, type RunOptions, runOf } from "./plan-job.ts";
import { operationFor, planOperations } from "./plan-operation.ts";
import { itemsOf, type PlanInput, type PlanRequest, requirePlan } from "./plan-run.ts";
import { findPlan, isPlan, type PlanThing, plansWith } from "./plan-things.ts";
import { type PlanView, viewPlan } from "./plan-view.ts";
import { isRun, requireWork, runPlan } from "./run-plan.ts";
import { said } from "../../message.ts";

export type { ForeseenPlan, LaterOperation } from "./foresee-plan.ts";
export type { PlanOutcome } from "./plan-job.ts";
export type { PlanOperationName } from "./plan-operation.ts";
export type { PlanRequest } from "./plan-run.ts";
export type { PlanJob, PlanView } from "./plan-view.ts";

export class RecoveryPlans {
  readonly #parts: EngineParts;
  readonly #afterRun: (progress: Progress) => Promise<void>;

  /** `afterRun` is called when a run has ended or waits. */
  constructor(parts: EngineParts, afterRun: (progress: Progress) => Promise<void> = () => Promise.resolve()) {
    this.#parts = parts;
    this.#afterRun = afterRun;
  }

  /**
   * Runs an operation of a plan, and resumes a run of it that was interrupted or failed. Throws
   * `ActionNotAllowed` or `Busy` before anything is changed, else what stopped it.
   */
  async run(
    planId: string,
    request: PlanRequest,
    progress: Progress,
    options: RunOptions = {},
  ): Promise<PlanOutcome> {
    const outcome = await runPlan(this.#parts, planId, request, progress, options);
    await this.#afterRun(progress);
    return outcome;
  }

  /** A plan as it is; with arguments, as it would be with those. */
  view(planId: string, inputs?: RecoveryPlanInputs): PlanView {
    return viewPlan(this.#parts, planId, inputs);
  }

  /** The groups as the service keeps them. */
  completeGroups(inputs: RecoveryPlanInputs): RecoveryPlanInputs["properties"]["groups"] {
    return completeGroups(inputs.properties.groups);
  }

  /**
   * Whether an operation has ended well as it is asked for now, and nothing is left of it. A command of several
   * operations that was stopped between two of them passes over those.
   */
  async isRun(planId: string, request: PlanRequest): Promise<boolean> {
    return isRun(this.#parts, planId, request);
  }

  /** What a run would do now and what forbids it, with all that a run looks at before it begins; of other arguments if given. */
  async foresee(planId: string, request: PlanRequest, inputs?: RecoveryPlanInputs): Promise<ForeseenPlan> {
    const plan = this.#planOf(planId, inputs);
    const operation = operationFor(request, itemsOf(this.#parts, plan.inputs));
    const foreseen = await foreseePlan(this.#parts, plan, operation, request);
    if (inputs !== undefined) return foreseen;
    const whole = new Foresight();
    await whole.check(async () => requireWork(this.#parts, planId, request));
    if (whole.refusals.length === 0) return foreseen;
    // The boot groups and their steps would not be run.
    return { ...foreseen, stages: [], refusals: [...foreseen.refusals, ...whole.refusals] };
  }

  /** A plan, with other arguments if given: then it may be one that is not there yet. Throws `NotFound`. */
  #planOf(id: string, inputs: RecoveryPlanInputs | undefined): Thing<RecoveryPlanInputs> {
    if (inputs === undefined) return requirePlan(this.#parts, id);
    const kind = isIdOf(protectionClusterKind, id) ? protectionClusterKind.kind : recoveryPlanKind.kind;
    const created = { id, kind, createdAt: 0, updatedAt: 0, revision: 0 };
    return { ...(findPlan(this.#parts, id) ?? created), inputs };
  }

  /** What operations would do that run after a foreseen one, as far as it can be known now. */
  foreseeLater(
    planId: string,
    first: ForeseenPlan,
    requests: readonly PlanRequest[],
  ): Promise<LaterOperation[]> {
    return foreseeLaterOperations(this.#parts, requirePlan(this.#parts, planId), first, requests);
  }

  /** What a run would do, in words, a line a group. */
  describe(planId: string, inputs: RecoveryPlanInputs, request: PlanRequest): string[] {
    const { items } = viewPlan(this.#parts, planId, inputs);
    const operation = operationFor(request, items);
    const done = new Set(items.filter((item) => operation.isDone(item, planId)).map(({ id }) => idKey(id)));
    return describeRun(inputs, operation, (itemId) => !done.has(idKey(itemId)));
  }

  /** What moves a protected item with others: the recovery plans and the protection cluster that it is in. */
  plansOf(itemId: string): PlanThing[] {
    return plansWith(this.#parts, itemId);
  }

  /** The plan that a job is a run of. Throws `NotFound`, or `ActionNotAllowed` for another job. */
  planOfJob(jobId: string): string {
    return this.#requireJob(jobId).targetId;
  }

  /**
   * Says that the manual step is done that a job waits for. The process that waits continues; if there is none, this
   * one resumes the job. Throws `NotFound`, or `ActionNotAllowed` when nothing waits.
   */
  async complete(
    jobId: string,
    comments: string,
    progress: Progress,
    options: RunOptions = {},
  ): Promise<PlanOutcome | "goes on elsewhere"> {
    const { store, clock } = this.#parts;
    const job = this.#requireJob(jobId);
    store.transaction(() => {
      const ordinal = tasksOf(store, jobId).findIndex(({ state }) => state === "Suspended");
      if (ordinal < 0 || job.state === "Cancelled") throw nothingWaits(job);
      const now = clock.now();
      completeTask(store, jobId, ordinal, { comments, completedAt: now }, now);
    });
    const purpose = currentLease(store, job.targetId, clock);
    if (purpose !== undefined) return "goes on elsewhere";
    const outcome = await underLease(
      this.#parts,
      job.targetId,
      planOperations[(job.input as PlanInput).operation].title,
      () => attempt(runOf(this.#parts, findJob(store, jobId)!, progress), options),
    );
    await this.#afterRun(progress);
    return outcome;
  }

  /**
   * Gives a run up: one under way ends when its steps of the moment have ended, one that failed or waits ends here.
   * Sources that it shut down and did not move are started again. Machines that it moved stay where they are.
   */
  async cancel(jobId: string, progress: Progress): Promise<"given up" | "ends elsewhere"> {
    const { store, clock } = this.#parts;
    const job = this.#requireJob(jobId);
    if (job.state === "Succeeded" || job.state === "Cancelled") {
      const message = said`The job ${jobId} has ended (${job.state}); there is nothing to cancel.`;
      throw new SiteRecoveryError("ActionNotAllowed", message, { target: jobId });
    }
    const record = { code: "Cancelled", message: "It was given up." };
    giveUpJob(store, jobId, clock.now(), record);
    if (currentLease(store, job.targetId, clock) !== undefined) return "ends elsewhere";
    await underLease(this.#parts, job.targetId, "giving up", () =>
      giveSourcesBack(runOf(this.#parts, job, progress)),
    );
    return "given up";
  }

  #requireJob(jobId: string): JobRow {
    const job = findJob(this.#parts.store, jobId);
    if (!job) {
      const message = said`There is no job ${jobId}. \`siterecovery jobs\` lists those there are.`;
      throw new SiteRecoveryError("NotFound", message, { target: jobId });
    }
    if (isPlan(this.#parts, job.targetId)) return job;
    const message = `The job ${jobId} is no run of a recovery plan: ${job.scenario} of ${nameOf(job.targetId)} runs to its end.`;
    throw new SiteRecoveryError("ActionNotAllowed", message, { target: jobId });
  }
}

function nothingWaits(job: JobRow): SiteRecoveryError {
  const message = said`The job ${job.id} of ${nameOf(job.targetId)} (${job.scenario}, ${job.state}) does not wait for a person.
      \`siterecovery plan show ${nameOf(job.targetId)}\` shows its state.`;
  return new SiteRecoveryError("ActionNotAllowed", message, { target: job.id });
}

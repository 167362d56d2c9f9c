/** What people do with jobs of items: stop one, run one again. */
import { nameOf } from "../arm-id.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { askToCancel, findJob, type JobRow } from "../store/jobs.ts";
import { currentLease } from "../store/leases.ts";
import type { EngineParts } from "./engine-parts.ts";
import { isPlan } from "./recovery-plan/plan-things.ts";
import { requireWholeClusters } from "./protected-item/cluster-actions.ts";
import { withItem } from "./gate/with-item.ts";
import type { JobDefinition, Scenario } from "./job/job-definition.ts";
import type { Progress } from "../progress.ts";
import { startJob } from "./job/run-job.ts";
import { scenarios } from "./scenarios.ts";
import { plain, said } from "../message.ts";

export class ItemJobs {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Whether a job is a job of an item; jobs of recovery plans are not. Throws `NotFound`. */
  has(jobId: string): boolean {
    return !isPlan(this.#parts, this.#require(jobId).targetId);
  }

  #require(jobId: string): JobRow {
    const job = findJob(this.#parts.store, jobId);
    if (job) return job;
    const message = said`There is no job ${jobId}. \`siterecovery jobs\` lists those there are.`;
    throw new SiteRecoveryError("NotFound", message, { target: jobId });
  }

  /**
   * Asks a job to stop. One that another process runs ends at the next place where it can; one that a dead process
   * left is taken up and ends there and then. Throws `ActionNotAllowed` for one that has ended, or has no way
   * back.
   */
  async cancel(jobId: string, progress: Progress): Promise<"cancelled" | "ends elsewhere"> {
    const job = this.#require(jobId);
    const { store, clock } = this.#parts;
    if (job.state !== "InProgress" && job.state !== "NotStarted") {
      const message = said`The job ${jobId} has ended (${job.state}); there is nothing to cancel.`;
      throw new SiteRecoveryError("ActionNotAllowed", message, { target: jobId });
    }
    const definition: JobDefinition<never> = scenarios[job.scenario as Scenario];
    // What it has done can be taken back, or an item that is being enabled is left to be resumed.
    if (definition.rollBack === undefined && definition.scenario !== "EnableDr") {
      const message = said`The ${plain(definition.title)} of ${nameOf(job.targetId)} cannot be stopped half-way; it runs to its end, and a command that touches the item finishes what a dead process left.`;
      throw new SiteRecoveryError("ActionNotAllowed", message, { target: jobId });
    }
    askToCancel(store, jobId, clock.now());
    if (currentLease(store, job.targetId, clock) !== undefined) return "ends elsewhere";
    try {
      // The next process that takes the item's lease resumes what is left of a job, which then sees that it was asked.
      await withItem(this.#parts, job.targetId, "cancel", progress, () => Promise.resolve());
    } catch (error) {
      if (!hasCode(error, "Cancelled")) throw error;
    }
    return findJob(store, jobId)?.state === "Cancelled" ? "cancelled" : "ends elsewhere";
  }

  /**
   * Runs a job again that failed or was cancelled, with what it was asked. What it had done and not undone is found
   * and passed over. Throws `ActionNotAllowed` for another job, and when the item has moved on.
   */
  async restart(jobId: string, progress: Progress): Promise<string> {
    const job = this.#require(jobId);
    if (!this.has(jobId) || (job.state !== "Failed" && job.state !== "Cancelled")) {
      const why = this.has(jobId) ? `it is ${job.state}` : "it is a recovery plan's; run the plan again";
      const message = said`The job ${jobId} of ${nameOf(job.targetId)} cannot be restarted: ${why}.`;
      throw new SiteRecoveryError("ActionNotAllowed", message, { target: jobId });
    }
    const definition = scenarios[job.scenario as Scenario];
    const target = { itemId: job.targetId, input: job.input as never };
    await withItem(this.#parts, job.targetId, "restart", progress, () => {
      const action = definition.step;
      if (action !== "FinalizeProtection") requireWholeClusters(this.#parts, [job.targetId], () => action);
      return startJob(this.#parts, definition, target, progress);
    });
    return job.targetId;
  }
}

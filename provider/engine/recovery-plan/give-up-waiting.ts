/** Gives up a run of a plan whose manual step no person completed in time. */
import type { Message } from "../../message.ts";
import { findJob, giveUpJob, tasksOf } from "../../store/jobs.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../../progress.ts";
import { underLease } from "../lease/under-lease.ts";
import { giveSourcesBack } from "./machine-power.ts";
import { runOf } from "./plan-job.ts";

/**
 * Returns false, and changes nothing, if the step was completed meanwhile. `why` is kept with the job. Throws `Busy` when
 * another process works on the plan.
 */
export async function giveUpWaiting(
  parts: EngineParts,
  jobId: string,
  why: Message,
  progress: Progress,
): Promise<boolean> {
  const { store, clock } = parts;
  const job = findJob(store, jobId);
  if (!job) return false;
  return underLease(parts, job.targetId, "giving up", async () => {
    const isGivenUp = store.transaction(() => {
      const waits = tasksOf(store, jobId).some(({ state }) => state === "Suspended");
      if (waits) giveUpJob(store, jobId, clock.now(), { code: "Cancelled", message: String(why) });
      return waits;
    });
    if (isGivenUp) await giveSourcesBack(runOf(parts, job, progress));
    return isGivenUp;
  });
}

/**
 * The gate to every change of a protected item: one process at a time, and a job that a dead process left is
 * finished before anything new begins.
 */
import { openJobOf } from "../store/jobs.ts";
import { takeLease } from "../store/leases.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { Progress, Scenario } from "./job/job-definition.ts";
import { resumeJob } from "./job/run-job.ts";
import { scenarios } from "./job/scenarios.ts";

/** Runs the work while holding the item's lease. Throws `Busy` when another process works on the item. */
export async function withItem<T>(
  parts: EngineParts,
  itemId: string,
  purpose: string,
  progress: Progress,
  work: () => Promise<T>,
): Promise<T> {
  const release = takeLease(parts.store, itemId, purpose, parts.clock.now());
  try {
    const left = openJobOf(parts.store, itemId);
    if (left) await resumeJob(parts, scenarios[left.scenario as Scenario], left, progress);
    return await work();
  } finally {
    release();
  }
}

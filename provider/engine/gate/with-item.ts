/**
 * The gate to every change of a protected item: one process at a time, and a job that a dead process left is
 * finished before anything new begins.
 */
import { idKey } from "../../arm-id.ts";
import { type JobRow, openJobOf } from "../../store/jobs.ts";
import { findItem } from "../../store/protected-items.ts";
import { withoutSettings } from "../../store/settings.ts";
import type { EngineParts } from "../engine-parts.ts";
import { fenceFormerProcess } from "./fence-former-process.ts";
import { fenceLostSource } from "./fence-source.ts";
import { identifyMachine } from "../identity/identify-machine.ts";
import { requireNewestDatabase } from "../identity/newest-database.ts";
import type { Progress } from "../../progress.ts";
import { requireItem } from "../protected-item/require-item.ts";
import { writeCatalogs } from "../write-catalogs.ts";
import { resumeServing } from "./resume-serving.ts";
import { thawLeftFrozen } from "./while-frozen.ts";
import { underLease } from "../lease/under-lease.ts";

/** Runs the work while holding the leases of several items, taken in the order of their ids: no two can wait for each other. */
export async function withItems<T>(
  parts: EngineParts,
  itemIds: readonly string[],
  purpose: string,
  progress: Progress,
  work: () => Promise<T>,
): Promise<T> {
  const [first, ...others] = itemIds.toSorted((left, right) => (idKey(left) < idKey(right) ? -1 : 1));
  if (first === undefined) return work();
  return withItem(parts, first, purpose, progress, () => withItems(parts, others, purpose, progress, work));
}

/**
 * Runs the work while holding the item's lease; it is given the job of a dead process that was finished first, if there
 * was one. Throws `Busy` when another process works on the item.
 */
export async function withItem<T>(
  parts: EngineParts,
  itemId: string,
  purpose: string,
  progress: Progress,
  work: (finished: JobRow | undefined) => Promise<T>,
): Promise<T> {
  return underLease(parts, itemId, purpose, async ({ isTakeover }) => {
    parts.log.debug({ item: itemId, purpose, isTakeover }, "lease taken");
    if (isTakeover) await fenceFormerProcess(parts, itemId);
    if (findItem(parts.store, itemId)) {
      await thawLeftFrozen(parts, itemId);
      await requireNewestDatabase(parts, requireItem(parts, itemId));
      await resumeServing(parts, requireItem(parts, itemId), progress);
    }
    const left = openJobOf(parts.store, itemId);
    if (left) {
      parts.log.warn({ item: itemId, job: left.id, scenario: left.scenario }, "interrupted job resumes");
      await withoutSettings(() => parts.resumeJob(left, progress));
    }
    // A job that has begun may be on its way from one side to the other; what runs where counts when it has ended.
    if (findItem(parts.store, itemId)) {
      await identifyMachine(parts, itemId);
      await fenceLostSource(parts, itemId, progress);
    }
    return work(left);
  }).finally(() => writeCatalogs(parts));
}

import { findJob } from "../../store/jobs.ts";
import { findItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ItemDetails } from "../protected-item/item.ts";

/** Whether this database knows a job that a machine's mark names: it ran it, or a person had its result adopted. */
export function isKnownJob(parts: EngineParts, itemId: string, jobId: string): boolean {
  if (findJob(parts.store, jobId) !== undefined) return true;
  return findItem<string, ItemDetails>(parts.store, itemId)?.details.adoptedJobs?.includes(jobId) === true;
}

import { SiteRecoveryError } from "../../errors.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireItem } from "../job/run-job.ts";
import { failureAfter } from "./retry-schedule.ts";
import { situationOf } from "./situation-of.ts";

/** Keeps a failed replication with its item, for status and the schedule. The caller holds the item's lease. */
export function recordFailure(parts: EngineParts, itemId: string, error: unknown): void {
  if (!(error instanceof SiteRecoveryError) || error.code === "Cancelled") return;
  const item = requireItem(parts, itemId);
  const situation = situationOf(parts, itemId);
  const failure = failureAfter(item.details.replicationError, error, parts.clock.now(), situation);
  putItem(parts.store, { ...item, details: { ...item.details, replicationError: failure } });
}

/** Forgets the failures of an item that has replicated again. The caller holds the item's lease. */
export function forgetFailure(parts: EngineParts, itemId: string): void {
  const item = requireItem(parts, itemId);
  const { replicationError: mended, ...details } = item.details;
  if (mended) putItem(parts.store, { ...item, details });
}

/**
 * Never two active sides (HW-5a): an unplanned failover shuts the source down when it can be reached. A source that was
 * lost is remembered, and shut down by the first action on the item that finds it again.
 */
import { SiteRecoveryError } from "../../errors.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachine } from "../inventory/find-machine.ts";
import { fabricOf } from "../inventory/inventories.ts";
import type { Progress } from "../job/job-definition.ts";
import { requireItem } from "../job/run-job.ts";

/** The caller holds the item's lease. What cannot be reached yet stays remembered. */
export function fenceLostSource(parts: EngineParts, itemId: string, progress: Progress): void {
  const item = requireItem(parts, itemId);
  if (item.details.isSourceUnfenced !== true) return;
  const { isSourceUnfenced: _fenced, ...details } = item.details;
  if (item.activeLocation === "recovery") {
    try {
      const found = findMachine(parts, fabricOf(itemId), details.machineName);
      if (found) {
        parts.machines.shutDown(found.machine.folder);
        progress.report(`${details.machineName} was found again at the primary side and shut down there`);
      }
    } catch (error) {
      if (error instanceof SiteRecoveryError && error.code !== "Bug") return;
      throw error;
    }
  }
  putItem(parts.store, { ...item, details });
}

/** One delta cycle of a protected item (HW-4a): what has changed since the last one becomes a recovery point. */
import path from "node:path";
import { SiteRecoveryError } from "../../errors.ts";
import { putItem } from "../../store/protected-items.ts";
import { requirePath } from "../components/network-paths.ts";
import type { EngineParts } from "../engine-parts.ts";
import { fabricOf, requireMachine } from "../inventory/find-machine.ts";
import type { Progress } from "../job/job-definition.ts";
import { requireItem } from "../job/run-job.ts";
import type { ItemDetails, ProtectedItem, ReplicationCycle } from "../protected-item/item.ts";
import { stateFacts } from "../protected-item/states.ts";
import { retainPoints } from "../recovery-point/retain-points.ts";
import { policyOf } from "./policy-of.ts";
import { recordFailure } from "./record-failure.ts";
import { type CycleDisk, runCycle } from "./run-cycle.ts";

const minutesPerHour = 60;

/** The item's disks at the primary side. Throws `SourceUnreachable` or `PrerequisitesNotMet`. */
export function primaryDisks(parts: EngineParts, item: ProtectedItem): CycleDisk[] {
  const { machine } = requireMachine(parts, fabricOf(item.id), item.details.machineName);
  return item.details.disks.map((disk) => ({ diskId: disk.id, path: path.join(machine.folder, disk.file) }));
}

/** The caller holds the item's lease. */
export async function replicateItem(
  parts: EngineParts,
  itemId: string,
  progress: Progress,
  mode: "delta" | "resync" = "delta",
): Promise<ReplicationCycle> {
  const item = requireItem(parts, itemId);
  if (!stateFacts[item.state].replicates) {
    const message = `${item.details.machineName} does not replicate now: ${stateFacts[item.state].description}.`;
    throw new SiteRecoveryError("ActionNotAllowed", message, { target: itemId });
  }
  try {
    requirePath(parts, { fabricId: fabricOf(item.id), purpose: "replication" });
    const disks = primaryDisks(parts, item);
    const cycle = await runCycle(parts, item.details, { kind: mode, disks, progress });
    const { replicationError: _mended, ...details } = item.details;
    save(parts, item, { ...details, lastCycle: cycle });
    const store = await parts.replicaStoreOf(item.details.storageAccountId);
    const hours = policyOf(parts, itemId)?.recoveryPointHistoryDuration ?? 0;
    await retainPoints(store, item.details.replicaId, { retentionMinutes: hours * minutesPerHour });
    return cycle;
  } catch (error) {
    recordFailure(parts, itemId, error);
    throw error;
  }
}

function save(parts: EngineParts, item: ProtectedItem, details: ItemDetails): void {
  putItem(parts.store, { ...item, details });
}

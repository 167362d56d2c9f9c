/** One delta cycle of a protected item (HW-4a): what has changed since the last one becomes a recovery point. */
import { SiteRecoveryError } from "../../errors.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../job/job-definition.ts";
import { requireItem } from "../job/run-job.ts";
import type { ItemDetails, ProtectedItem, ReplicationCycle } from "../protected-item/item.ts";
import { relationshipOf } from "../protected-item/relationship.ts";
import { stateFacts } from "../protected-item/states.ts";
import { retainPoints } from "../recovery-point/retain-points.ts";
import { replicationRulesOf } from "./replication-rules.ts";
import { recordFailure } from "./record-failure.ts";
import { requirePathOf } from "./require-path-of.ts";
import { runCycle } from "./run-cycle.ts";
import { sourceDisks } from "./source-disks.ts";

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
    requirePathOf(parts, item);
    const disks = sourceDisks(parts, item);
    const cycle = await runCycle(parts, item.details, { kind: mode, disks, progress });
    const { replicationError: _mended, ...details } = item.details;
    save(parts, item, { ...details, lastCycle: cycle });
    const { replicaStoreId, replicaId } = relationshipOf(item);
    const rule = replicationRulesOf(parts, itemId)?.retention ?? { retentionMinutes: 0 };
    await retainPoints(await parts.replicaStoreOf(replicaStoreId), replicaId, rule);
    return cycle;
  } catch (error) {
    recordFailure(parts, itemId, error);
    throw error;
  }
}

function save(parts: EngineParts, item: ProtectedItem, details: ItemDetails): void {
  putItem(parts.store, { ...item, details });
}

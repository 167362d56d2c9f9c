/** What `replicate` means for an item: its next delta, or its initial replication when that is due. */
import type { EngineParts } from "../engine-parts.ts";
import { beginInitialReplication } from "../enable/enable-protection.ts";
import { initialReplicationWaitsUntil } from "../replication-cycle/replication-rules.ts";
import type { Progress } from "../../progress.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ReplicationCycle } from "../../model/item.ts";
import { withoutSettings, withSettings } from "../../store/settings.ts";
import { stoppedWithLease } from "../lease/under-lease.ts";
import { withItems } from "../gate/with-item.ts";
import { requireRunning } from "../replication-cycle/pause.ts";
import { recordFailure, recordSuccess } from "../replication-cycle/record-failure.ts";
import { replicateTogether } from "../replication-cycle/replicate-item.ts";
import { replicatingGroupOf } from "../protected-item/replication-group.ts";

type Mode = "delta" | "resync";

/**
 * Runs the item's cycle; the machines of its replication group have theirs with it. Returns `undefined` if it waits:
 * `waitOf` says for what. A cycle goes by the settings as they are when it begins.
 */
export function replicateOrBegin(
  parts: EngineParts,
  id: string,
  progress: Progress,
  mode: Mode,
): Promise<ReplicationCycle | undefined> {
  return withSettings(parts.store, () => replicateNow(parts, id, progress, mode));
}

async function replicateNow(
  parts: EngineParts,
  id: string,
  progress: Progress,
  mode: Mode,
): Promise<ReplicationCycle | undefined> {
  const group = replicatingGroupOf(parts, requireItem(parts, id)).map((item) => item.id);
  const ids = group.includes(id) ? group : [id];
  return withItems(parts, ids, "replication", progress, async () => {
    requireRunning(parts, id);
    const attended = stoppedWithLease(parts, progress);
    if (requireItem(parts, id).state !== "EnablingReplication") {
      return (await replicateTogether(parts, ids, attended, { mode, asked: id })).get(id);
    }
    try {
      const isDue = initialReplicationWaitsUntil(parts, id) === undefined;
      if (isDue) await withoutSettings(() => beginInitialReplication(parts, id, attended));
      recordSuccess(parts, id);
    } catch (error) {
      await recordFailure(parts, id, error);
      throw error;
    }
    return requireItem(parts, id).details.lastCycle;
  });
}

/** What `replicate` means for an item: its next delta, or its initial replication when that is due. */
import type { EngineParts } from "../engine-parts.ts";
import { beginInitialReplication } from "../enable/enable-protection.ts";
import type { Progress } from "../job/job-definition.ts";
import { requireItem } from "../job/run-job.ts";
import type { ReplicationCycle } from "../protected-item/item.ts";
import { withItem } from "../with-item.ts";
import { forgetFailure, recordFailure } from "./record-failure.ts";
import { replicateItem } from "./replicate-item.ts";

export async function replicateOrBegin(
  parts: EngineParts,
  id: string,
  progress: Progress,
  mode: "delta" | "resync",
): Promise<ReplicationCycle | undefined> {
  requireItem(parts, id);
  return withItem(parts, id, "replication", progress, async () => {
    if (requireItem(parts, id).state !== "EnablingReplication") {
      return replicateItem(parts, id, progress, mode);
    }
    try {
      await beginInitialReplication(parts, id, progress);
      forgetFailure(parts, id);
    } catch (error) {
      recordFailure(parts, id, error);
      throw error;
    }
    return requireItem(parts, id).details.lastCycle;
  });
}

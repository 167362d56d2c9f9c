/** Sends a machine's changes on its way back while it still runs, before the plan shuts it down. */
import { synchroniseReplica } from "../failover/synchronise-replica.ts";
import type { Progress } from "../../progress.ts";
import { requireItem } from "../protected-item/require-item.ts";
import { requireAllowed } from "../../model/allowed-actions.ts";
import { stepOf } from "./plan-operation.ts";
import type { PlanRun } from "./plan-run.ts";
import { withFreeItem } from "./with-free-item.ts";

export interface SynchroniseResult {
  readonly bytesSent?: number;
  readonly skipped?: string;
}

export function synchroniseSource(
  run: PlanRun,
  itemId: string,
  progress: Progress,
): Promise<SynchroniseResult> {
  return withFreeItem(run, itemId, progress, async () => {
    const { parts, operation, plan } = run;
    const item = requireItem(parts, itemId);
    if (operation.isDone(item, plan.id)) return { skipped: operation.done };
    const step = stepOf(operation, item);
    requireAllowed(item, step);
    if (step !== "Failback") return { skipped: "replicates all the time" };
    progress.report("synchronise changes while it runs");
    const { bytesSent } = await synchroniseReplica(parts, item, progress);
    return { bytesSent };
  });
}

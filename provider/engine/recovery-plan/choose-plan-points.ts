/**
 * The one place where a plan picks its recovery points: which point each of its machines fails over to. The choice is
 * made once for all machines, before the first of them is made at the other side, and kept with the job.
 */
import { idKey, nameOf } from "../../arm-id.ts";
import { chooseRecoveryPoint } from "../failover/choose-recovery-point.ts";
import { requireItem } from "../job/run-job.ts";
import type { PlanRun } from "./plan-run.ts";

/** A machine's recovery point, by the item's id in lower case. */
export type PlanPoints = Readonly<Record<string, string>>;

/** Throws `NotFound` for a machine that has no point of the choice. */
export async function choosePlanPoints(run: PlanRun, itemIds: readonly string[]): Promise<PlanPoints> {
  const choice = run.input.recoveryPoint ?? "latest";
  const points: Record<string, string> = {};
  for (const itemId of itemIds) {
    const item = requireItem(run.parts, itemId);
    if (run.operation.isDone(item, run.plan.id)) continue;
    const point = await chooseRecoveryPoint(run.parts, item, choice);
    points[idKey(itemId)] = point.id;
    run.progress.report(`${nameOf(itemId)}: recovery point of ${new Date(point.takenAt).toISOString()}`);
  }
  return points;
}

/** Whether what a step of a run did still holds when the run is resumed, perhaps days later: asked of the world. */
import { isExpected } from "../../errors.ts";
import { openJobOf } from "../../store/jobs.ts";
import { requireItem } from "../protected-item/require-item.ts";
import { isStarted, sourceIsRunning } from "./machine-power.ts";
import type { PlanRun } from "./plan-run.ts";
import type { PlanStep } from "./plan-steps.ts";

async function orWhenAway(look: () => Promise<boolean>, otherwise: boolean): Promise<boolean> {
  try {
    return await look();
  } catch (error) {
    if (!isExpected(error)) throw error;
    return otherwise;
  }
}

export async function stepHolds(run: PlanRun, step: PlanStep): Promise<boolean> {
  const { parts, operation, plan } = run;
  // The points are chosen again, for newer ones may be there, unless a machine's own job resumes from one of them.
  if (step.kind === "points") return step.itemIds.some((id) => openJobOf(parts.store, id) !== undefined);
  if (step.kind === "action" || step.kind === "synchronise") return true;
  const item = requireItem(parts, step.itemId);
  const isDone = operation.isDone(item, plan.id);
  if (step.kind === "move") return isDone || openJobOf(parts.store, step.itemId) !== undefined;
  if (step.kind === "shutDown")
    return isDone || !(await orWhenAway(async () => sourceIsRunning(run, item), false));
  return isDone && (await orWhenAway(async () => isStarted(parts, operation, item), true));
}

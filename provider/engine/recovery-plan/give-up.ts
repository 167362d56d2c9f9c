/** Giving a run up: the sources that it shut down and did not move are started again. */
import { tasksOf } from "../../store/jobs.ts";
import { type ShutDownResult, startSourceAgain } from "./machine-power.ts";
import { nameOf } from "../../arm-id.ts";
import { type PlanRun, progressOf } from "./plan-run.ts";
import { stagesOf } from "./plan-steps.ts";

export async function giveSourcesBack(run: PlanRun): Promise<void> {
  const rows = new Map(tasksOf(run.parts.store, run.jobId).map((row) => [row.name, row]));
  const stages = stagesOf(run.plan.inputs, run.operation, { shutDownSources: true });
  for (const step of stages.flatMap(({ steps }) => steps)) {
    if (step.kind !== "shutDown") continue;
    const row = rows.get(step.name);
    if (row?.state !== "Succeeded" || (row.result as ShutDownResult).wasRunning !== true) continue;
    await startSourceAgain(run, step.itemId, progressOf(run.progress, nameOf(step.itemId)));
  }
}

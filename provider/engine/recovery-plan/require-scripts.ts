import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { PlanRun } from "./plan-run.ts";
import type { Stage } from "./plan-steps.ts";
import { folderAt } from "./script-action.ts";
import { said } from "../../message.ts";

/** Throws `NotFound` or `SourceUnreachable` if a script of a run is not there, or its side cannot be reached. */
export function requireScripts(run: PlanRun, stages: readonly Stage[]): void {
  for (const step of stages.flatMap(({ steps }) => steps)) {
    if (step.kind !== "action" || step.action.customDetails.instanceType !== "ScriptActionDetails") continue;
    const { path, fabricLocation } = step.action.customDetails;
    folderAt(run, fabricLocation);
    if (run.parts.files.exists(path)) continue;
    const message = said`The step "${step.action.actionName}" of ${nameOf(run.plan.id)} (${step.group}) runs ${path}, which is not there.
        Put the script there, or take the step out of the plan.`;
    throw new SiteRecoveryError("NotFound", message, { target: run.plan.id });
  }
}

/** In words, what a run would do, group by group, before it is done: for a preview. */
import { nameOf } from "../../arm-id.ts";
import type { RecoveryPlanAction, RecoveryPlanInputs } from "../../kinds/recovery-plan.ts";
import type { PlanOperation } from "./plan-operation.ts";
import { type PlanStep, stagesOf } from "./plan-steps.ts";

function actionText({ actionName, customDetails }: RecoveryPlanAction): string {
  return customDetails.instanceType === "ManualActionDetails"
    ? `wait for a person (${actionName})`
    : `run ${actionName} at the ${customDetails.fabricLocation.toLowerCase()} side`;
}

const verbs = {
  synchronise: "synchronise changes of",
  shutDown: "shut down",
  move: "move",
  start: "start",
} as const;

function stageText(operation: PlanOperation, steps: readonly PlanStep[]): string {
  const [first] = steps;
  if (first?.kind === "action") return actionText(first.action);
  const names = steps.flatMap((step) => ("itemId" in step ? [nameOf(step.itemId)] : []));
  if (first?.kind === "move") return `${operation.title} of ${names.join(", ")}`;
  return first?.kind === "points" ? "choose recovery points" : `${verbs[first!.kind]} ${names.join(", ")}`;
}

/** A line a group. Machines that are where they are to be already are left out. */
export function describeRun(
  inputs: RecoveryPlanInputs,
  operation: PlanOperation,
  isLeft: (itemId: string) => boolean,
): string[] {
  const lines = new Map<string, string[]>();
  const stages = stagesOf(inputs, operation, { shutDownSources: true });
  for (const { group, steps } of stages) {
    const left = steps.filter((step) => !("itemId" in step) || isLeft(step.itemId));
    if (left.length === 0) continue;
    lines.set(group, [...(lines.get(group) ?? []), stageText(operation, left)]);
  }
  return [...lines].map(([group, texts]) => `${group}: ${texts.join(", then ")}`);
}

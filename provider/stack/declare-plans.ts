/** Recovery plans, with their steps in Azure's words. */
import path from "node:path";
import { microsoftAzure } from "../kinds/kind.ts";
import type { RecoveryPlanAction, RecoveryPlanGroup } from "../kinds/recovery-plan.ts";
import type { Declaration } from "./declaration.ts";
import { folderFrom, type StackFile } from "./stack-file.ts";
import { siteOf, targetSiteOf } from "./site-of.ts";
import type { StackDefinition } from "./stack-definition.ts";
import { logicalNames, StackIds } from "./stack-ids.ts";
import { longForm, machinesOf, type StackPlan, type StackStep, type StackSteps } from "./stack-plan.ts";

const failoverTypes = {
  planned: "PlannedFailover",
  unplanned: "UnplannedFailover",
  test: "TestFailover",
} as const;
/** A step that says nothing runs in real failovers to the recovery side. */
const usualOccasions: NonNullable<StackStep["on"]> = ["planned", "unplanned"];

function detailsOf(step: StackStep, stack: StackFile): RecoveryPlanAction["customDetails"] {
  if (step.script === undefined)
    return { instanceType: "ManualActionDetails", description: step.manual ?? "" };
  return {
    instanceType: "ScriptActionDetails",
    path: folderFrom(stack, step.script),
    fabricLocation: step.at === "primary" ? "Primary" : "Recovery",
    ...(step.timeout === undefined ? {} : { timeout: step.timeout }),
  };
}

/** A step as actions: one for the way out and one for the way back, as far as it runs there. */
function actionsOf(step: StackStep, stack: StackFile): RecoveryPlanAction[] {
  const actionName = step.name ?? (step.script === undefined ? step.manual! : path.basename(step.script));
  const occasions = step.on ?? usualOccasions;
  const types = occasions.flatMap((occasion) => (occasion === "failback" ? [] : failoverTypes[occasion]));
  const common = { actionName, customDetails: detailsOf(step, stack) };
  return [
    ...(types.length > 0
      ? [{ ...common, failoverTypes: types, failoverDirections: ["PrimaryToRecovery"] }]
      : []),
    ...(occasions.includes("failback")
      ? [
          {
            ...common,
            failoverTypes: [failoverTypes.planned, failoverTypes.unplanned],
            failoverDirections: ["RecoveryToPrimary"],
          },
        ]
      : []),
  ];
}

function stepsOf({ before, after }: StackSteps, stack: StackFile): Partial<RecoveryPlanGroup> {
  const list = (steps: StackSteps["before"]): RecoveryPlanAction[] =>
    (steps ?? []).flatMap((step) => actionsOf(step, stack));
  return {
    ...(before ? { startGroupActions: list(before) } : {}),
    ...(after ? { endGroupActions: list(after) } : {}),
  };
}

function groupsOf(plan: StackPlan, itemId: (name: string) => string, stack: StackFile): RecoveryPlanGroup[] {
  return [
    ...(plan.shutdown ? [{ groupType: "Shutdown", ...stepsOf(plan.shutdown, stack) }] : []),
    ...(plan.move ? [{ groupType: "Failover", ...stepsOf(plan.move, stack) }] : []),
    ...plan.groups.map(longForm).map(({ machines, ...steps }) => ({
      groupType: "Boot",
      replicationProtectedItems: machines.map((name) => ({
        id: itemId(name),
        // Azure has ids of its own for machines, and needs none of them here.
        ...(stack.definition.target === "azure" ? {} : { virtualMachineId: name }),
      })),
      ...stepsOf(steps, stack),
    })),
  ];
}

/** The recovery side of a plan: the one of its machines. */
function recoveryFabricOf(stack: StackDefinition, ids: StackIds, plan: StackPlan): string {
  const first = (stack.machines ?? []).find(({ name }) => name === machinesOf(plan)[0])!;
  const target = targetSiteOf(stack, first);
  return target === undefined ? microsoftAzure : ids.fabric(ids.siteNamed(target));
}

export function declarePlans(stack: StackFile): Declaration[] {
  const { definition } = stack;
  const ids = new StackIds(definition);
  const itemId = (name: string): string =>
    ids.item((definition.machines ?? []).find((item) => item.name === name)!);
  return (definition.plans ?? []).map((plan) => ({
    logicalName: logicalNames.plan(plan.name),
    kind: "recovery-plan",
    inputs: {
      ...ids.inVault,
      recoveryPlanName: plan.name,
      properties: {
        primaryFabricId: ids.fabric(siteOf(definition, plan.site)!),
        recoveryFabricId: recoveryFabricOf(definition, ids, plan),
        failoverDeploymentModel: "ResourceManager",
        groups: groupsOf(plan, itemId, stack),
      },
      ...(plan.activeLocation === undefined ? {} : { activeLocation: plan.activeLocation }),
      ...(plan.failover === undefined ? {} : { failover: { ...plan.failover } }),
    },
    dependsOn: machinesOf(plan).map(logicalNames.machine),
  }));
}

/**
 * Lays a plan's groups out as stages (execution order of Azure's recovery plans): the Shutdown group, which stops the
 * machines of the last boot group first; the Failover group, which makes all machines at the other side; then each
 * Boot group, which starts its machines. A group's start actions run before it and its end actions behind it, one by
 * one. The steps of a stage may run at the same time; a stage begins when the one before has ended well.
 */
import { nameOf } from "../../arm-id.ts";
import type { RecoveryPlanAction, RecoveryPlanInputs } from "../../kinds/recovery-plan.ts";
import { type NamedGroup, namedGroups } from "./plan-groups.ts";
import type { PlanOperation } from "./plan-operation.ts";

export interface ActionStep {
  readonly kind: "action";
  /** The name of the job's task: unique in a run, and the same when the plan is laid out again. */
  readonly name: string;
  readonly group: string;
  readonly action: RecoveryPlanAction;
  readonly itemIds: readonly string[];
}

export interface MachineStep {
  readonly kind: "synchronise" | "shutDown" | "move" | "start";
  readonly name: string;
  readonly group: string;
  readonly itemId: string;
}

export interface PointsStep {
  readonly kind: "points";
  readonly name: string;
  readonly group: string;
  readonly itemIds: readonly string[];
}

export type PlanStep = ActionStep | MachineStep | PointsStep;

export interface Stage {
  readonly group: string;
  readonly steps: readonly PlanStep[];
}

/** The task that keeps which recovery point each machine uses. */
export const pointsTask = "Failover: recovery points";

/** The one group of an operation that does not run through the groups, such as a commit. */
const allMachines = "Machines";

function machineStage(kind: MachineStep["kind"], group: string, itemIds: readonly string[]): Stage[] {
  // A machine has one step of a group, and another one before it where its changes are sent first.
  const what = kind === "synchronise" ? "changes of " : "";
  const steps = itemIds.map((itemId): MachineStep => {
    return { kind, name: `${group}: ${what}${nameOf(itemId)}`, group, itemId };
  });
  return steps.length === 0 ? [] : [{ group, steps }];
}

function actionStages(
  operation: PlanOperation,
  { name, itemIds, group }: NamedGroup,
  when: "start" | "end",
): Stage[] {
  const actions = (when === "start" ? group.startGroupActions : group.endGroupActions) ?? [];
  const counts = new Map<string, number>();
  return actions
    .filter(({ failoverTypes }) => failoverTypes.includes(operation.failover ?? ""))
    .filter(({ failoverDirections }) => failoverDirections.includes(operation.direction))
    .map((action) => {
      const count = (counts.get(action.actionName) ?? 0) + 1;
      counts.set(action.actionName, count);
      const again = count === 1 ? "" : ` (${count})`;
      const step = `${name} ${when}: ${action.actionName}${again}`;
      return { group: name, steps: [{ kind: "action", name: step, group: name, action, itemIds }] };
    });
}

/** The middle of a group, between its actions. */
function machinesOf(
  operation: PlanOperation,
  named: NamedGroup,
  all: readonly NamedGroup[],
  shutsDown: boolean,
): Stage[] {
  const itemIds = all.flatMap((other) => other.itemIds);
  if (named.group.groupType === "Boot") return machineStage("start", named.name, named.itemIds);
  if (named.group.groupType === "Failover") {
    const points: PointsStep = { kind: "points", name: pointsTask, group: named.name, itemIds };
    return [
      ...(operation.choosesPoints ? [{ group: named.name, steps: [points] }] : []),
      ...machineStage("move", named.name, itemIds),
    ];
  }
  if (!shutsDown) return [];
  return [
    ...(operation.synchronises ? machineStage("synchronise", named.name, itemIds) : []),
    ...all.toReversed().flatMap((other) => machineStage("shutDown", named.name, other.itemIds)),
  ];
}

/** The stages of an operation. `shutDownSources` false leaves the Shutdown group's machines out. */
export function stagesOf(
  inputs: RecoveryPlanInputs,
  operation: PlanOperation,
  options: { shutDownSources: boolean },
): Stage[] {
  const groups = namedGroups(inputs);
  if (operation.failover === undefined) {
    const itemIds = groups.flatMap((group) => group.itemIds);
    const points: PointsStep = { kind: "points", name: pointsTask, group: allMachines, itemIds };
    return [
      ...(operation.choosesPoints ? [{ group: allMachines, steps: [points] }] : []),
      ...machineStage("move", allMachines, itemIds),
    ];
  }
  const shutsDown = operation.shutsDown !== undefined && options.shutDownSources;
  return groups.flatMap((named) => [
    ...actionStages(operation, named, "start"),
    ...machinesOf(operation, named, groups, shutsDown),
    ...actionStages(operation, named, "end"),
  ]);
}

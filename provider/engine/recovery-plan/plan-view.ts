/** What people and APIs see of a plan: its groups with where their machines stand, what is allowed, the last runs. */
import { findItem } from "../../store/protected-items.ts";
import { idKey } from "../../arm-id.ts";
import type { RecoveryPlanAction, RecoveryPlanInputs } from "../../kinds/recovery-plan.ts";
import { type JobRow, listJobs, type TaskRow, tasksOf } from "../../store/jobs.ts";
import { currentLease } from "../../store/leases.ts";
import type { EngineParts } from "../engine-parts.ts";
import { allowedActions } from "../../model/allowed-actions.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { itemIdsOf, namedGroups } from "./plan-groups.ts";
import {
  operationFor,
  type PlanOperation,
  type PlanOperationName,
  planOperationNames,
  planOperations,
} from "./plan-operation.ts";
import { type PlanInput, requirePlan } from "./plan-run.ts";

/** A step of a group, and the directions that it runs in: `PrimaryToRecovery`, `RecoveryToPrimary`. */
export interface PlanActionView {
  readonly name: string;
  readonly directions: readonly string[];
}

export interface PlanGroupView {
  readonly name: string;
  readonly machines: readonly { readonly id: string; readonly item: ProtectedItem | undefined }[];
  readonly startActions: readonly PlanActionView[];
  readonly endActions: readonly PlanActionView[];
}

export type PlanJob = JobRow & {
  readonly operation: PlanOperationName;
  /** What the operation is called in sentences. */
  readonly title: string;
  readonly tasks: readonly TaskRow[];
};

export interface PlanView {
  readonly id: string;
  readonly groups: readonly PlanGroupView[];
  readonly allowedOperations: readonly PlanOperationName[];
  /** What a process is doing with the plan now. */
  readonly underWay: string | undefined;
  /** The newest run. */
  readonly lastJob: PlanJob | undefined;
  /** When an operation last ended well. */
  readonly lastEndedAt: Readonly<Partial<Record<PlanOperationName, number>>>;
  /** The plan's machines, as far as they are protected. */
  readonly items: readonly ProtectedItem[];
  /** Where its machines run, or `undefined` while they are not all at one side, or there is none. */
  readonly activeLocation: "primary" | "recovery" | undefined;
}

const jobsLookedAt = 200;

function isAllowed(operation: PlanOperation, planId: string, items: readonly ProtectedItem[]): boolean {
  const left = items.filter((item) => !operation.isDone(item, planId));
  return (
    left.length > 0 &&
    left.every((item) => allowedActions(item).some((step) => operation.steps.includes(step)))
  );
}

/** The operations that can run now: each machine allows one of the steps or is there already, and not all are. */
export function allowedOperations(
  planId: string,
  items: readonly (ProtectedItem | undefined)[],
): PlanOperationName[] {
  const known = items.filter((item) => item !== undefined);
  if (known.length < items.length) return [];
  return planOperationNames
    .map((operation) => operationFor({ operation }, known))
    .filter((operation) => isAllowed(operation, planId, known))
    .map(({ name }) => name);
}

/** A step that runs out and back is one step with two directions, however many actions declare it. */
function actionsOf(actions: readonly RecoveryPlanAction[] = []): PlanActionView[] {
  const names = [...new Set(actions.map(({ actionName }) => actionName))];
  return names.map((name) => {
    const own = actions.filter(({ actionName }) => actionName === name);
    return { name, directions: [...new Set(own.flatMap(({ failoverDirections }) => failoverDirections))] };
  });
}

function sideOf(items: readonly (ProtectedItem | undefined)[]): PlanView["activeLocation"] {
  const sides = new Set(items.map((item) => item?.activeLocation));
  return sides.size === 1 ? [...sides][0] : undefined;
}

function lastEnds(jobs: readonly JobRow[]): PlanView["lastEndedAt"] {
  // Oldest first, so that the newest end stays.
  const ended = jobs.toReversed().filter(({ state }) => state === "Succeeded");
  return Object.fromEntries(ended.map((job) => [(job.input as PlanInput).operation, job.endedAt]));
}

export function viewPlan(parts: EngineParts, planId: string, inputs?: RecoveryPlanInputs): PlanView {
  const wanted = inputs ?? requirePlan(parts, planId).inputs;
  const find = (id: string): ProtectedItem | undefined => findItem(parts.store, id);
  const items = new Map(itemIdsOf(wanted).map((id) => [idKey(id), find(id)]));
  const jobs = listJobs(parts.store, { targetId: planId, limit: jobsLookedAt });
  const [last] = jobs;
  const underWay = currentLease(parts.store, planId, parts.clock);
  return {
    id: planId,
    groups: namedGroups(wanted).map(({ name, group, itemIds }) => ({
      name,
      machines: itemIds.map((id) => ({ id, item: items.get(idKey(id)) })),
      startActions: actionsOf(group.startGroupActions),
      endActions: actionsOf(group.endGroupActions),
    })),
    allowedOperations: underWay === undefined ? allowedOperations(planId, [...items.values()]) : [],
    underWay,
    lastJob: last && {
      ...last,
      operation: (last.input as PlanInput).operation,
      title: planOperations[(last.input as PlanInput).operation].title,
      tasks: tasksOf(parts.store, last.id),
    },
    lastEndedAt: lastEnds(jobs),
    items: [...items.values()].filter((item) => item !== undefined),
    activeLocation: sideOf([...items.values()]),
  };
}

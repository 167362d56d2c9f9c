/**
 * What may be done with a recovery plan, one row an operation. A plan has no states of its own: each of its machines
 * takes the step that the table of transitions allows it, and a machine that is there already is passed over.
 */
import { sameId } from "../../arm-id.ts";
import { flows } from "../../model/flows.ts";
import type { Scenario } from "../job/job-definition.ts";
import { allowedActions } from "../../model/allowed-actions.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { stateFacts } from "../../model/states.ts";
import type { ItemAction } from "../../model/transitions.ts";

/** What may be done with an item and not with a plan. */
type ItemOnly = "RepairReplication" | "Migrate" | "DisableProtection";

export type PlanOperationName = Exclude<ItemAction, ItemOnly>;

export type Direction = "PrimaryToRecovery" | "RecoveryToPrimary";

/** The failovers that an action of a group may name. */
export type ActionType = "PlannedFailover" | "UnplannedFailover" | "TestFailover";

export interface PlanOperation {
  readonly name: PlanOperationName;
  readonly scenario: Scenario;
  /** For people: `planned failover`. */
  readonly title: string;
  readonly direction: Direction;
  /** The failover that runs through the groups; an operation without one takes all machines at once. */
  readonly failover?: ActionType;
  /** The machines that run now are shut down first: always, or as far as they can be reached. */
  readonly shutsDown?: "always" | "ifReachable";
  /** Changes are sent while the machines still run, so that they are off for a short time only (H2F-4). */
  readonly synchronises?: boolean;
  /** Whether the machines' recovery points are chosen, rather than taken again by the machines' own jobs. */
  readonly choosesPoints?: boolean;
  /** What a machine is when nothing is left to do for it, for people. */
  readonly done: string;
  isDone(item: ProtectedItem, planId: string): boolean;
  /** The steps that carry the operation out, the preferred first: which one an item takes is its flow's matter. */
  readonly steps: readonly ItemAction[];
}

const atRecovery = (item: ProtectedItem): boolean => item.activeLocation === "recovery";
const atPrimary = (item: ProtectedItem): boolean => item.activeLocation === "primary";

export const planOperations: Record<PlanOperationName, PlanOperation> = {
  PlannedFailover: {
    name: "PlannedFailover",
    scenario: "PlannedFailover",
    title: "planned failover",
    direction: "PrimaryToRecovery",
    failover: "PlannedFailover",
    shutsDown: "always",
    done: "at the recovery side already",
    isDone: atRecovery,
    steps: ["PlannedFailover"],
  },
  UnplannedFailover: {
    name: "UnplannedFailover",
    scenario: "UnplannedFailover",
    title: "unplanned failover",
    direction: "PrimaryToRecovery",
    failover: "UnplannedFailover",
    shutsDown: "ifReachable",
    choosesPoints: true,
    done: "at the recovery side already",
    isDone: atRecovery,
    steps: ["UnplannedFailover"],
  },
  TestFailover: {
    name: "TestFailover",
    scenario: "TestFailover",
    title: "test failover",
    direction: "PrimaryToRecovery",
    failover: "TestFailover",
    choosesPoints: true,
    done: "in its test already",
    isDone: (item, planId) => sameId(item.details.testMachine?.drillId ?? "", planId),
    steps: ["TestFailover"],
  },
  TestFailoverCleanup: {
    name: "TestFailoverCleanup",
    scenario: "TestFailoverCleanup",
    title: "test failover clean-up",
    direction: "PrimaryToRecovery",
    done: "without a test machine of this plan",
    isDone: (item, planId) => !sameId(item.details.testMachine?.drillId ?? "", planId),
    steps: ["TestFailoverCleanup"],
  },
  ChangePit: {
    name: "ChangePit",
    scenario: "ChangeRecoveryPoint",
    title: "change of the recovery point",
    direction: "PrimaryToRecovery",
    choosesPoints: true,
    done: "without a failover that waits for its commit",
    // It can be changed as often as is wanted, and never for some of the machines only.
    isDone: () => false,
    steps: ["ChangePit"],
  },
  CancelFailover: {
    name: "CancelFailover",
    scenario: "CancelFailover",
    title: "cancellation of the failover",
    direction: "RecoveryToPrimary",
    done: "where its failover came from already",
    // One that was committed is not: cancelling the others' failover would leave the machines at two sides.
    isDone: (item) => stateFacts[item.state].replicates,
    steps: ["CancelFailover"],
  },
  Commit: {
    name: "Commit",
    scenario: "CommitFailover",
    title: "commit",
    direction: "PrimaryToRecovery",
    done: "without anything to commit",
    isDone: (item) => !allowedActions(item).includes("Commit"),
    steps: ["Commit"],
  },
  Failback: {
    name: "Failback",
    scenario: "Failback",
    title: "failback",
    direction: "RecoveryToPrimary",
    failover: "PlannedFailover",
    synchronises: true,
    shutsDown: "always",
    done: "at the primary side already",
    isDone: atPrimary,
    steps: ["Failback", "PlannedFailover"],
  },
  ReverseReplicate: {
    name: "ReverseReplicate",
    scenario: "ReverseReplication",
    title: "reverse replication",
    direction: "RecoveryToPrimary",
    done: "without anything to reverse",
    isDone: (item) => !allowedActions(item).includes("ReverseReplicate"),
    steps: ["ReverseReplicate"],
  },
};

export const planOperationNames = Object.keys(planOperations) as PlanOperationName[];

/** A failback by an unplanned failover: what flows without a planned one have (V2F-4), or by choice. */
const unplannedFailback: PlanOperation = {
  ...planOperations.Failback,
  failover: "UnplannedFailover",
  synchronises: false,
  shutsDown: "ifReachable",
  steps: ["UnplannedFailover", "Failback"],
};

/** The operation for these items: how machines get back is their flow's matter. */
export function operationFor(
  request: { readonly operation: PlanOperationName; readonly unplanned?: boolean },
  items: readonly ProtectedItem[],
): PlanOperation {
  const operation = planOperations[request.operation];
  if (operation.name !== "Failback") return operation;
  const hasPlanned = items.every(({ details }) => flows[details.flow].failoverKinds.includes("planned"));
  return request.unplanned === true || !hasPlanned ? unplannedFailback : operation;
}

/** The step that an item takes; where none is allowed the preferred one, so that the refusal names it. */
export function stepOf(operation: PlanOperation, item: ProtectedItem): ItemAction {
  const allowed = allowedActions(item);
  return operation.steps.find((step) => allowed.includes(step)) ?? operation.steps[0]!;
}

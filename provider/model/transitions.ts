/**
 * The one table of what a protected item may do: state × action → next state. What is not in the table is refused.
 * Allowed operations, refusal messages, docs and tests come from here. Each action is a job.
 *
 * A test failover leaves the state alone; while its clean-up is pending everything else but replication and
 * the clean-up is locked (see allowed-actions.ts).
 */
import type { Flow } from "./flows.ts";
import type { ItemState } from "./states.ts";

/** Azure's names of the operations (ReplicationProtectedItemOperation), and the name of a migration. */
export const itemActions = [
  "PlannedFailover",
  "UnplannedFailover",
  "TestFailover",
  "TestFailoverCleanup",
  "ChangePit",
  "CancelFailover",
  "Commit",
  "Failback",
  "ReverseReplicate",
  "RepairReplication",
  "Migrate",
  "DisableProtection",
] as const;

export type ItemAction = (typeof itemActions)[number];

/** Actions, and the one that only the engine takes: the end of the initial replication. */
export type ItemStep = ItemAction | "FinalizeProtection";

/** The flows that a row is for; a row without any is for all. */
export type FlowTrait =
  | "protection"
  | "migration"
  | "failback"
  | "reverseReplication"
  | "protectedAfterPlannedFailover"
  | "unprotectedAfterPlannedFailover";

export interface Transition {
  readonly from: ItemState;
  readonly step: ItemStep;
  readonly to: ItemState | "absent";
  readonly only?: FlowTrait;
}

const traits: Record<FlowTrait, (flow: Flow) => boolean> = {
  protection: (flow) => flow.purpose === "protection",
  migration: (flow) => flow.purpose === "migration",
  failback: (flow) => flow.wayBack === "failback",
  reverseReplication: (flow) => flow.wayBack === "reverseReplication",
  protectedAfterPlannedFailover: (flow) => flow.isProtectedAfterPlannedFailover,
  unprotectedAfterPlannedFailover: (flow) => !flow.isProtectedAfterPlannedFailover,
};

function rows(from: ItemState, ...steps: readonly Omit<Transition, "from">[]): Transition[] {
  return [...steps, { step: "DisableProtection", to: "absent" } as const].map((step) => ({ from, ...step }));
}

export const transitions: readonly Transition[] = [
  ...rows("EnablingReplication", { step: "FinalizeProtection", to: "Protected" }),
  ...rows(
    "Protected",
    { step: "PlannedFailover", to: "PlannedFailoverCommitPending", only: "protection" },
    { step: "UnplannedFailover", to: "UnplannedFailoverCommitPending", only: "protection" },
    { step: "Migrate", to: "Migrated", only: "migration" },
    { step: "TestFailover", to: "Protected" },
    { step: "TestFailoverCleanup", to: "Protected" },
    { step: "RepairReplication", to: "Protected" },
  ),
  ...rows(
    "PlannedFailoverCommitPending",
    { step: "Commit", to: "PlannedFailoverCommitted", only: "unprotectedAfterPlannedFailover" },
    { step: "Commit", to: "ReverseProtected", only: "protectedAfterPlannedFailover" },
    { step: "ChangePit", to: "PlannedFailoverCommitPending" },
    { step: "CancelFailover", to: "Protected" },
  ),
  ...rows(
    "UnplannedFailoverCommitPending",
    { step: "Commit", to: "UnplannedFailoverCommitted" },
    { step: "ChangePit", to: "UnplannedFailoverCommitPending" },
    { step: "CancelFailover", to: "Protected" },
  ),
  ...rows("PlannedFailoverCommitted", { step: "Failback", to: "FailbackCommitPending", only: "failback" }),
  ...rows(
    "UnplannedFailoverCommitted",
    { step: "Failback", to: "FailbackCommitPending", only: "failback" },
    { step: "ReverseReplicate", to: "ReverseProtected", only: "reverseReplication" },
  ),
  ...rows(
    "ReverseProtected",
    { step: "PlannedFailover", to: "FailbackCommitPending", only: "reverseReplication" },
    { step: "UnplannedFailover", to: "FailbackCommitPending", only: "reverseReplication" },
    { step: "RepairReplication", to: "ReverseProtected", only: "reverseReplication" },
  ),
  ...rows(
    "FailbackCommitPending",
    { step: "Commit", to: "FailbackCommitted" },
    { step: "CancelFailover", to: "ReverseProtected", only: "reverseReplication" },
  ),
  ...rows("FailbackCommitted", { step: "ReverseReplicate", to: "Protected" }),
  ...rows("Migrated"),
];

/** Where a step leads from a state in a flow, or `undefined` if it is refused. */
export function nextState(flow: Flow, state: ItemState, step: ItemStep): Transition["to"] | undefined {
  const row = transitions.find(
    ({ from, step: other, only }) =>
      from === state && other === step && (only === undefined || traits[only](flow)),
  );
  return row?.to;
}

/**
 * The one table of what a protected item may do: state × action → next state and the job that gets it there.
 * What is not in the table is refused. Allowed operations, refusal messages, docs and tests come from here.
 *
 * A test failover leaves the state alone; while its clean-up is pending everything else but replication and
 * the clean-up is locked (see allowed-actions.ts).
 */
import type { ItemState } from "./states.ts";

/** Azure's names of the operations (ReplicationProtectedItemOperation). */
export const itemActions = [
  "PlannedFailover",
  "UnplannedFailover",
  "TestFailover",
  "TestFailoverCleanup",
  "Commit",
  "Failback",
  "ReverseReplicate",
  "DisableProtection",
] as const;

export type ItemAction = (typeof itemActions)[number];

/** Actions, and the one that only the engine takes: the end of the initial replication. */
export type ItemStep = ItemAction | "FinalizeProtection";

export const transitions: Record<ItemState, Partial<Record<ItemStep, ItemState | "absent">>> = {
  EnablingReplication: { FinalizeProtection: "Protected", DisableProtection: "absent" },
  Protected: {
    PlannedFailover: "PlannedFailoverCommitPending",
    UnplannedFailover: "UnplannedFailoverCommitPending",
    TestFailover: "Protected",
    TestFailoverCleanup: "Protected",
    DisableProtection: "absent",
  },
  PlannedFailoverCommitPending: { Commit: "PlannedFailoverCommitted", DisableProtection: "absent" },
  UnplannedFailoverCommitPending: { Commit: "UnplannedFailoverCommitted", DisableProtection: "absent" },
  PlannedFailoverCommitted: { Failback: "FailbackCommitPending", DisableProtection: "absent" },
  UnplannedFailoverCommitted: { Failback: "FailbackCommitPending", DisableProtection: "absent" },
  FailbackCommitPending: { Commit: "FailbackCommitted", DisableProtection: "absent" },
  FailbackCommitted: { ReverseReplicate: "Protected", DisableProtection: "absent" },
};

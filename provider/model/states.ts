/**
 * The words for the state of a protected item. `protectionState` is what Azure's API says for it; where Azure
 * publishes no word, the nearest of its own scheme is used.
 */
export const itemStates = [
  "EnablingReplication",
  "Protected",
  "PlannedFailoverCommitPending",
  "UnplannedFailoverCommitPending",
  "PlannedFailoverCommitted",
  "UnplannedFailoverCommitted",
  "ReverseProtected",
  "FailbackCommitPending",
  "FailbackCommitted",
  "Migrated",
] as const;

export type ItemState = (typeof itemStates)[number];

export interface StateFacts {
  readonly protectionState: string;
  readonly description: string;
  /** Whether changes of the source travel to the replica on the policy's schedule. */
  readonly replicates: boolean;
}

export const stateFacts: Record<ItemState, StateFacts> = {
  EnablingReplication: {
    protectionState: "UnprotectedStatesBegin",
    description: "Initial replication pending",
    replicates: false,
  },
  Protected: { protectionState: "Protected", description: "Protected", replicates: true },
  PlannedFailoverCommitPending: {
    protectionState: "PlannedFailoverCommitRequired",
    description: "Planned failover finished, commit pending",
    replicates: false,
  },
  UnplannedFailoverCommitPending: {
    protectionState: "UnplannedFailoverCommitPendingStatesBegin",
    description: "Failover completed, commit pending",
    replicates: false,
  },
  PlannedFailoverCommitted: {
    protectionState: "PlannedFailoverStatesBegin",
    description: "Planned failover committed",
    replicates: false,
  },
  UnplannedFailoverCommitted: {
    protectionState: "UnplannedFailoverCommitted",
    description: "Failover committed",
    replicates: false,
  },
  ReverseProtected: {
    protectionState: "Protected",
    description: "Protected, replicates back to the primary side",
    replicates: true,
  },
  FailbackCommitPending: {
    protectionState: "FailbackCommitRequired",
    description: "Failback finished, commit pending",
    replicates: false,
  },
  FailbackCommitted: {
    protectionState: "FailbackStatesBegin",
    description: "Failback committed, reverse replication pending",
    replicates: false,
  },
  Migrated: { protectionState: "MigrationSucceeded", description: "Migrated", replicates: false },
};

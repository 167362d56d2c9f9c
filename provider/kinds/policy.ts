import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const policyKind: Kind = {
  kind: "policy",
  className: "ReplicationPolicy",
  title: "replication policy",
  armType: "Microsoft.RecoveryServices/vaults/replicationPolicies",
  path: "Microsoft.RecoveryServices/vaults/{resourceName}/replicationPolicies/{policyName}",
  nameArgument: "policyName",
  immutable: [
    "resourceGroupName",
    "resourceName",
    "policyName",
    "properties.providerSpecificInput.instanceType",
  ],
};

/** Settings of a policy for Hyper-V → Azure. Mind the units: hours and seconds, as in Azure. */
export interface HyperVReplicaAzurePolicy {
  instanceType: "HyperVReplicaAzure";
  /** How long recovery points are kept, in hours, 0 to 24; 0 keeps only the latest. Default 2. */
  recoveryPointHistoryDuration?: number;
  /** App-consistent points every so many hours, 0 (never) to 12. Default 0. */
  applicationConsistentSnapshotFrequencyInHours?: number;
  /** Seconds between delta replications: 30, 300 or 900. Default 300. */
  replicationInterval?: number;
  /** ISO 8601 time of the initial replication; absent starts it at once (H2A-2). */
  onlineReplicationStartTime?: string;
  /** Storage account ids that machines of this policy may use; absent allows any. */
  storageAccounts?: string[];
}

export interface PolicyInputs extends VaultScope {
  /** Defaults to the logical name. */
  policyName?: string;
  properties?: { providerSpecificInput?: HyperVReplicaAzurePolicy };
}

export interface PolicyOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    providerSpecificDetails: {
      instanceType: string;
      recoveryPointHistoryDurationInHours: number;
      applicationConsistentSnapshotFrequencyInHours: number;
      replicationInterval: number;
      onlineReplicationStartTime?: string;
    };
  };
}

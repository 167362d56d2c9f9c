import type { Weekday } from "../weekly-hours.ts";
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
  /** Hours between app-consistent points, up to 12; 0: never. Default 0. */
  applicationConsistentSnapshotFrequencyInHours?: number;
  /** Seconds between delta replications: 30, 300 or 900. Default 300. */
  replicationInterval?: number;
  /** ISO 8601 time of the initial replication; absent starts it at once (H2A-2). */
  onlineReplicationStartTime?: string;
  /** Storage account ids that machines of this policy may use; absent allows any. */
  storageAccounts?: string[];
}

/** Settings of a policy for VMware and physical machines → Azure. Everything is in minutes, as in Azure. */
export interface InMageAzureV2Policy {
  instanceType: "InMageAzureV2";
  /** How long recovery points are kept, in minutes, 0 to 21600 (fifteen days). Default 1440. */
  recoveryPointHistory?: number;
  /** Minutes between recovery points, 1 to 60. Default 5. */
  crashConsistentFrequencyInMinutes?: number;
  /** Minutes between app-consistent points, up to 720; 0: never. Default 0. */
  appConsistentFrequencyInMinutes?: number;
  /** An RPO of more minutes than this is an alarm, 1 to 1440. Default 15. */
  recoveryPointThresholdInMinutes?: number;
  /** `Enable` lets machines form replication groups with shared recovery points (V2A-5). */
  multiVmSyncStatus: string;
}

/** Settings of a policy for VMware and physical machines → a second site. In minutes. */
export interface InMagePolicy {
  instanceType: "InMage";
  /** How long retention points are kept on the master target, in minutes, 0 to 21600. Default 1440 (SEC-2). */
  recoveryPointHistory?: number;
  /** Minutes between app-consistent points, up to 720; 0: never. Default 0. */
  appConsistentFrequencyInMinutes?: number;
  /** An RPO of more minutes than this is an alarm, 1 to 1440. Default 15. */
  recoveryPointThresholdInMinutes?: number;
  /** `Enable` lets machines form replication groups with shared recovery points. */
  multiVmSyncStatus: string;
}

/** Settings of a policy for Hyper-V in VMM clouds → a second VMM site (SEC-3). */
export interface HyperVReplica2012R2Policy {
  instanceType: "HyperVReplica2012R2";
  /** How many recovery points are kept besides the newest: a count, 0 to 24. Default 0. */
  recoveryPoints?: number;
  /** Hours between app-consistent points, up to 12; 0: never. Default 0. */
  applicationConsistentSnapshotFrequencyInHours?: number;
  /** Seconds between delta replications: 30, 300 or 900. Default 300. */
  replicationFrequencyInSeconds?: number;
  /** Whether data is compressed on its way: `Enable` (default) or `Disable`. */
  compression?: string;
  /** `Online` (default): over the network. `Offline` is not carried by the embedded engine. */
  initialReplicationMethod?: string;
  /** ISO 8601 time of the initial replication; absent starts it at once. */
  onlineReplicationStartTime?: string;
  /** The port that the recovery side listens on. Default 8083. */
  replicationPort?: number;
  /** How the hosts prove who they are: 1 Kerberos (default), 2 certificate. */
  allowedAuthenticationType?: number;
  /** Whether the replica is deleted when protection is disabled: `Required` (default) or `NotRequired`. */
  replicaDeletion?: string;
}

/** Settings of a policy for the migration of VMware machines. In minutes. */
export interface VMwareCbtPolicy {
  instanceType: "VMwareCbt";
  /** How long recovery points are kept, in minutes, 0 to 4320 (three days). Default 4320. */
  recoveryPointHistoryInMinutes?: number;
  /** Minutes between recovery points, 1 to 720. Default 60. */
  crashConsistentFrequencyInMinutes?: number;
  /** Minutes between app-consistent points, up to 720; 0: never. Default 0. */
  appConsistentFrequencyInMinutes?: number;
}

export type PolicySettings =
  HyperVReplicaAzurePolicy | InMageAzureV2Policy | InMagePolicy | HyperVReplica2012R2Policy | VMwareCbtPolicy;

/** Hours that come back every week, on a wall clock. */
export interface OfficeHours {
  /** Days on which they begin. Default all. */
  days?: Weekday[];
  /** `HH:MM`. Default `06:00`. */
  from?: string;
  /** `HH:MM`; not later than `from`: on the next day. Default `18:30`. */
  to?: string;
  /** IANA name such as `Europe/London`. Defaults to the engine host's time zone. */
  timeZone?: string;
}

export interface PolicyInputs extends VaultScope {
  /** Defaults to the logical name. */
  policyName?: string;
  properties?: { providerSpecificInput?: PolicySettings };
  /**
   * Beyond Azure: hours in which no resync starts by itself (HW-4d). Default 06:00 to 18:30 every day, where the
   * engine runs. No days: a resync starts at once.
   */
  officeHours?: OfficeHours;
}

/** The settings of a policy of any type under the names that Azure gives them back with; each type has some of them. */
export interface PolicyDetails {
  instanceType: string;
  /** How long recovery points are kept, in hours; 0 keeps only the latest. */
  recoveryPointHistoryDurationInHours?: number;
  applicationConsistentSnapshotFrequencyInHours?: number;
  replicationInterval?: number;
  onlineReplicationStartTime?: string;
  recoveryPointHistory?: number;
  recoveryPointHistoryInMinutes?: number;
  crashConsistentFrequencyInMinutes?: number;
  appConsistentFrequencyInMinutes?: number;
  recoveryPointThresholdInMinutes?: number;
  multiVmSyncStatus?: string;
  recoveryPoints?: number;
  replicationFrequencyInSeconds?: number;
  compression?: string;
  initialReplicationMethod?: string;
  replicationPort?: number;
  allowedAuthenticationType?: number;
  /** Whether the replica is deleted when protection is disabled: `Required` or `NotRequired`. */
  replicaDeletionOption?: string;
}

export interface PolicyOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    /** The settings under the names that Azure gives them back with. */
    providerSpecificDetails: PolicyDetails;
  };
}

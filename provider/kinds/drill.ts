import type { Weekday } from "../weekly-hours.ts";
import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const drillKind: Kind = {
  kind: "drill",
  className: "Drill",
  title: "drill",
  armType: "SiteRecovery/drills",
  path: "Microsoft.RecoveryServices/vaults/{resourceName}/drills/{drillName}",
  nameArgument: "drillName",
  immutable: [
    "resourceGroupName",
    "resourceName",
    "drillName",
    "protectedItemId",
    "recoveryPlanId",
    "networkId",
    "recoveryPoint",
  ],
};

/** When a drill runs again by itself. */
export interface DrillSchedule {
  /** Days from one run to the next, 1 to 366. */
  everyDays: number;
  /** Days on which it may run. Default all. */
  days?: Weekday[];
  /** `HH:MM`, the earliest time of a run. Default `03:00`. */
  at?: string;
  /** IANA name such as `Europe/London`. Defaults to the engine host's time zone. */
  timeZone?: string;
}

/**
 * Arguments of a drill, which azure-native does not have: a test failover of one machine or of all machines of a plan
 * into an isolated network. Machines, their replication and their recovery points are left untouched. Without a schedule
 * creating it runs the test, and deleting it cleans up. With one, `siterecovery serve` runs the test when it
 * is due, keeps what it measured and cleans up.
 */
export interface DrillInputs extends VaultScope {
  /** Defaults to the logical name. */
  drillName?: string;
  /** ARM id of the protected item, or migration item, that is tested. Either this or `recoveryPlanId`. */
  protectedItemId?: string;
  /** ARM id of the recovery plan, or protection cluster, whose machines are tested together. */
  recoveryPlanId?: string;
  /** ARM id of the isolated network that the test machines join; not one that is in production use. */
  networkId: string;
  /** `latest` (default), `latestProcessed`, `latestApplicationConsistent`; of a machine also a recovery point's name. */
  recoveryPoint?: string;
  schedule?: DrillSchedule;
}

/** What a drill measured of one machine. */
export interface DrillMachine {
  /** Name of the protected item. */
  machine: string;
  testMachineName: string;
  recoveryPointId: string;
  /** ISO 8601 time of the recovery point that was used. */
  recoveryPointTime: string;
  /** `CrashConsistent` or `AppConsistent`; absent for a test machine that an earlier version made. */
  recoveryPointKind?: string;
  /** How old the data was when the drill began, in seconds. */
  measuredRpoSeconds: number;
  /** How long it took until the test machine was made, in seconds. */
  measuredRtoSeconds: number;
  /** One line per disk: id, bytes, sha256 of the disk that the test machine got. */
  evidence: { diskId: string; sizeBytes: number; sha256: string }[];
}

/** A run of a drill's schedule that has ended. */
export interface DrillRun {
  /** `Succeeded`, `Failed`, or `Skipped` where a machine could not be tested, such as one that had failed over. */
  state: string;
  /** ISO 8601 time. */
  startTime: string;
  /** ISO 8601 time. */
  endTime: string;
  /** Why it failed or was skipped; absent after a run that succeeded. */
  error?: string;
  /** How old the oldest data was when the drill began, in seconds; absent without test machines. */
  measuredRpoSeconds?: number;
  /** How long it took until the last test machine was made or, of a plan, started, in seconds; absent without test machines. */
  measuredRtoSeconds?: number;
  machines: DrillMachine[];
}

export interface DrillOutputs extends CommonOutputs {
  properties: {
    /** `WaitingForCompletion` while test machines are there, else `None`. */
    state: string;
    /** Of a drill of one machine, while its test machine is there; as all up to `evidence`. */
    recoveryPointId?: string;
    /** ISO 8601 time of the recovery point that was used. */
    recoveryPointTime?: string;
    /** `CrashConsistent` or `AppConsistent`; absent for a test machine that an earlier version made. */
    recoveryPointKind?: string;
    /** How old the data was when the test machine was made, in seconds; absent for one of an earlier version. */
    dataAgeSeconds?: number;
    /** How old the oldest data was when the drill began, in seconds; absent without test machines. */
    measuredRpoSeconds?: number;
    /** How long it took until the last test machine ran, in seconds; absent without test machines. */
    measuredRtoSeconds?: number;
    testMachineName?: string;
    /** Paths of the test machine's disk images. */
    disks?: string[];
    /** One line per disk: id, bytes, sha256 of the disk that the test machine got. */
    evidence?: { diskId: string; sizeBytes: number; sha256: string }[];
    /** The test machines that are there. */
    machines: DrillMachine[];
    /** ISO 8601 time at which the schedule's next run is due; absent without a schedule. */
    nextRunTime?: string;
    /** The schedule's last run; absent before the first. */
    lastRun?: DrillRun;
    /** ISO 8601 time at which the schedule's last run that succeeded began; absent before the first. */
    lastSuccessTime?: string;
  };
}

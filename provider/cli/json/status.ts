import type { DiskJson, RunsFromJson, Side } from "./machine.ts";

export interface HealthNoteJson {
  /** `Critical`: it does not mend itself, or data is at risk. `Warning`: a person should know. */
  readonly severity: "Warning" | "Critical";
  /** A word for scripts, such as `ReplicationFailed`. */
  readonly code: string;
  /** What is wrong and what to do. */
  readonly text: string;
}

/** The process that works on a thing. */
export interface LeaseJson {
  readonly purpose: string;
  readonly host: string;
  readonly pid: number;
  /** Grows with each lease of the thing. */
  readonly epoch: number;
  readonly takenAt: string;
  /** It ends then, unless it is renewed. */
  readonly expiresAt: string;
}

/** A replication cycle. */
export interface CycleJson {
  /** The recovery point that it made. */
  readonly pointId: string;
  /** The instant of the recovery point. */
  readonly takenAt: string;
  readonly bytesChanged: number;
  /** After compression. */
  readonly bytesSent: number;
  readonly blocksSent: number;
  /** Blocks that a cycle which was stopped had sent already. */
  readonly blocksReused: number;
  readonly durationMilliseconds: number;
  /** By how much the wall clock jumped since the recovery point before; null if it did not. */
  readonly clockJumpMilliseconds: number | null;
  /** Why both sides were compared; null if changes alone were sent. */
  readonly resyncReason: string | null;
}

export interface ReplicationErrorJson {
  readonly code: string;
  readonly message: string;
  readonly failedAt: string;
  /** Failures in a row. */
  readonly attempt: number | null;
  /** When it is tried again; null if a person has to act first. */
  readonly retryAt: string | null;
}

/** A protected item or a migration item. */
export interface ItemJson {
  readonly name: string;
  /** ARM id. */
  readonly id: string;
  /** Name of the site that its machine is of. */
  readonly site: string;
  /** URN of the Pulumi resource that it belongs to. */
  readonly owner: string | null;
  readonly machineName: string;
  /** Azure's word for the state. */
  readonly protectionState: string;
  /** The same in a sentence. */
  readonly protectionStateDescription: string;
  /** The side that it runs at. */
  readonly activeLocation: Side;
  /** Azure's word for whether a test failover waits for its clean-up. */
  readonly testFailoverState: string;
  /** `Normal`, `Warning`, `Critical`, or `None` while nothing replicates. */
  readonly replicationHealth: string;
  /** `Normal`, or `Warning` without a recovery point. */
  readonly failoverHealth: string;
  /** Texts of `health`. */
  readonly healthNotes: readonly string[];
  readonly health: readonly HealthNoteJson[];
  /** What can be done now, in Azure's words. */
  readonly allowedOperations: readonly string[];
  /** What can be done now, as commands. */
  readonly allowedCommands: readonly string[];
  /** What a process is doing with it. */
  readonly underWay: string | null;
  readonly lease: LeaseJson | null;
  readonly initialReplicationPercent: number;
  /** Null if there is none, or the target cannot be read. */
  readonly lastRecoveryPoint: { readonly id: string; readonly time: string; readonly kind: string } | null;
  /** Null in a site with one process server. */
  readonly processServer: string | null;
  /** Null while the target cannot be read. */
  readonly recoveryPointCount: number | null;
  readonly isTargetAway: boolean;
  /** Age of the newest recovery point; null while nothing replicates. */
  readonly rpoSeconds: number | null;
  readonly rpoThresholdSeconds: number;
  /** When it was paused; null if it is not. */
  readonly pausedAt: string | null;
  readonly replicationIntervalSeconds: number;
  /** Null while it runs at the primary side. */
  readonly runsFrom: RunsFromJson | null;
  /** Bytes that are not in a recovery point yet; null if the source cannot be read, or must be compared first. */
  readonly pendingBytes: number | null;
  readonly disks: readonly DiskJson[];
  readonly lastCycle: CycleJson | null;
  /** Why the last cycle failed; null if it did not. */
  readonly replicationError: ReplicationErrorJson | null;
}

/** A run of a drill's schedule that has ended. */
export interface DrillRunJson {
  /** `Succeeded`, `Failed`, or `Skipped` where a machine could not be tested. */
  readonly state: string;
  readonly startTime: string;
  readonly endTime: string;
  /** Why it failed or was skipped; null after a run that succeeded. */
  readonly error: string | null;
  /** How old the oldest data was; null without test machines. */
  readonly rpoSeconds: number | null;
  /** How long it took until all test machines ran; null without test machines. */
  readonly rtoSeconds: number | null;
  /** Names of the protected items that were tested. */
  readonly machines: readonly string[];
}

export interface StatusJson {
  /** The engine's home folder. */
  readonly home: string;
  /** Those that need a person first. */
  readonly items: readonly ItemJson[];
  readonly plans: readonly {
    readonly name: string;
    readonly id: string;
    /** Groups that start one after the other. */
    readonly bootGroupCount: number;
    /** Null while its machines are not all at one side. */
    readonly activeLocation: Side | null;
    /** Null if it was not run yet. */
    readonly lastRun: { readonly operation: string; readonly state: string } | null;
  }[];
  readonly clusters: readonly {
    readonly name: string;
    readonly id: string;
    /** Names of its protected items. */
    readonly items: readonly string[];
    readonly state: string;
    readonly replicationHealth: string;
  }[];
  readonly drills: readonly {
    readonly name: string;
    readonly id: string;
    /** Names of the protected items that it tests. */
    readonly items: readonly string[];
    /** Name of the plan or protection cluster that it tests; null for a drill of one machine. */
    readonly plan: string | null;
    /** Names of test machines that are there. */
    readonly testMachines: readonly string[];
    /** When its schedule has the next run; null without a schedule. */
    readonly nextRunTime: string | null;
    /** The schedule's last run; null before the first. */
    readonly lastRun: DrillRunJson | null;
    /** When the schedule's last run that succeeded began; null before the first. */
    readonly lastSuccessTime: string | null;
  }[];
  /** Whether there are copies of the keys, for each store of replicas. */
  readonly keys: readonly {
    /** ARM id of what keeps the replicas. */
    readonly holderId: string;
    /** Null if the key file is not there. */
    readonly isCopied: boolean | null;
    /** Null if the store is away. */
    readonly hasPassphrase: boolean | null;
    /** Changes that the store's catalog lacks. */
    readonly catalogBehind: number;
  }[];
  /** What people should know of the keys. */
  readonly notices: readonly string[];
}

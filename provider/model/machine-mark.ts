/**
 * What a machine carries about itself: which machine it is, which engine made it and what for, which engine protects it, and
 * its newest move between its two sides. It stays with the machine whatever becomes of a database.
 */

/** What the engine makes a machine for: a failover's replica, a drill, or the machine that a failback makes again. */
export type MachinePurpose = "replica" | "test" | "failback";

/** What made a machine's folder. */
export interface MachineOwner {
  readonly engineId: string;
  readonly itemId: string;
  readonly purpose: MachinePurpose;
  /** The job that made it; a database that does not know this job is older than the machine. */
  readonly jobId: string;
  /** The drill that it is for; of test machines only. */
  readonly drillId?: string;
  /** The recovery point that its disks were made from. */
  readonly pointId?: string;
  /** When that point was taken, in milliseconds since 1970. */
  readonly pointTakenAt?: number;
  /** File names of its images, which are the machine's own also while it has no definition; absent in earlier versions. */
  readonly images?: readonly string[];
}

/** A move of a machine between its sides. */
export interface MachineMove {
  readonly engineId: string;
  readonly itemId: string;
  readonly jobId: string;
  /** Where the machine is to run when the move has ended. */
  readonly to: "primary" | "recovery";
  /** While the disks that it is to run from are being made; of moves to the primary side. */
  readonly isUnfinished?: boolean;
}

/** The engine that protects a machine: no other one takes its changes. */
export interface MachineProtector {
  readonly engineId: string;
  /** The item that it is protected as; absent when it was taken over from another engine and has no item yet. */
  readonly itemId?: string;
  /** The folder of the engine's home as that engine sees it, for people. */
  readonly home: string;
}

export interface MachineMark {
  /** The machine's id: a UUID that stays the same for as long as the machine exists. */
  readonly machineId: string;
  /** Absent: the engine found the machine, it did not make it. */
  readonly madeBy?: MachineOwner;
  /** Absent: nothing protects the machine, or an engine of an earlier version does. */
  readonly protectedBy?: MachineProtector;
  /** Absent: the machine has not been moved. */
  readonly lastMove?: MachineMove;
}

/** A mark as it was found. */
export interface FoundMark extends MachineMark {
  /** False: the file is not the one that was written here, so the folder is a copy, was restored, or came from another host. */
  readonly isOriginal: boolean;
}

import type { ErrorJson } from "./error.ts";
import type { DiskJson, Side } from "./machine.ts";
import type { CycleJson, DrillRunJson, LeaseJson } from "./status.ts";

export interface MachineJson {
  readonly name: string;
  /** ARM id of its site. */
  readonly siteId: string;
  /** The host, vCenter server or configuration server that has it. */
  readonly holderName: string;
  readonly platform: "vmware" | "physical" | "hyper-v";
  /** Null if its machine.yaml cannot be read. */
  readonly guestOs: string | null;
  readonly disks: readonly DiskJson[];
  /** Null if it is not protected. */
  readonly protectedItemId: string | null;
  /** Why it cannot be protected; empty if it can. */
  readonly problems: readonly string[];
}

/** What came of one protected item, or with `--follow` of one drill. */
export interface ReplicateJson {
  readonly name: string;
  /** The cycle that ran. */
  readonly cycle?: CycleJson;
  /** What it waits for instead of a cycle. */
  readonly waits?: {
    /** `resync`, `initial replication` or `drill`. */
    readonly what: string;
    /** When it starts; absent if only a person starts it. */
    readonly until?: string;
    readonly text: string;
  };
  /** The drill whose schedule had a run. */
  readonly drill?: DrillRunJson;
  /** Why the cycle failed; `recoverable`: the next one takes the changes along. */
  readonly error?: ErrorJson & { readonly recoverable: boolean };
}

export interface RecoveryPointJson {
  readonly id: string;
  readonly time: string;
  readonly kind: string;
  /** Whether the machines of its group share its instant. */
  readonly multiVm: boolean;
  readonly bytesStored: number;
  readonly disks: readonly { readonly diskId: string; readonly sizeBytes: number }[];
}

export interface ExportJson {
  readonly file: string;
  readonly format: "raw" | "vhd" | "qcow2";
  readonly machine: string;
  readonly recoveryPointId: string;
  readonly bytesWritten: number;
}

export interface HydrateJson {
  readonly machine: string;
  readonly recoveryPointId: string;
  /** False with `--dry-run`: nothing was changed. */
  readonly done: boolean;
  readonly disks: readonly {
    readonly diskId: string;
    readonly blob: string;
    readonly sizeBytes: number;
    /** The point that the blob held before; null if everything is written. */
    readonly baseRecoveryPointId: string | null;
    /** Whether a run that was cut short was resumed. */
    readonly resumed: boolean;
    readonly bytesWritten: number;
    /** Bytes that were data and are zeros now. */
    readonly bytesCleared: number;
    /** ARM id, or the name with `--dry-run`; null without `--resource-group`. */
    readonly managedDisk: string | null;
  }[];
  /** ARM id, or the name with `--dry-run`; null if none is made. */
  readonly virtualMachine: string | null;
}

/** An event of `attach`, a line each. */
export type AttachJson =
  | {
      readonly event: "attached";
      readonly machine: string;
      readonly recoveryPoint: { readonly id: string; readonly time: string };
      readonly disks: readonly {
        readonly diskId: string;
        readonly sizeBytes: number;
        /** Where what is written goes. */
        readonly overlayPath: string;
        /** Where it is served, as an NBD URI. */
        readonly uri: string;
      }[];
    }
  | {
      readonly event: "filled";
      /** Paths of whole raw images. */
      readonly images: readonly string[];
    }
  | {
      readonly event: "ended";
      /** Paths of whole raw images. */
      readonly images: readonly string[];
      /** Paths of overlays that are kept. */
      readonly overlays: readonly string[];
      readonly discarded: boolean;
    };

export interface VerifyJson {
  /** Name of what keeps replicas. */
  readonly target: string;
  readonly id: string;
  /** Why it could not be verified; the rest is absent then. */
  readonly error?: ErrorJson;
  readonly objectsRead?: number;
  readonly bytesRead?: number;
  readonly durationMilliseconds?: number;
  readonly recoveryPoints?: number;
  readonly soundRecoveryPoints?: number;
  readonly damaged?: readonly {
    /** Path of what is damaged. */
    readonly object: string;
    readonly why: string;
    /** Null for a machine that is protected no more. */
    readonly machine: string | null;
    /** Recovery points that cannot be restored in full. */
    readonly recoveryPoints: readonly { readonly id: string; readonly time: string | null }[];
  }[];
  /** Machines for which `replicate --resync` sends again what is lost. */
  readonly machinesToResync?: readonly string[];
  /** What retention locks keep, machine by machine; absent where the settings lock nothing. */
  readonly locks?: readonly VerifyLocksJson[];
}

export interface VerifyLocksJson {
  readonly machine: string;
  readonly lockedObjects: number;
  /** Objects that recovery points need and that can be removed now. */
  readonly unlockedObjects: number;
  readonly recoveryPoints: readonly {
    readonly id: string;
    readonly time: string;
    /** Until when nobody can remove or replace anything of it; null if something of it is not locked. */
    readonly lockedUntil: string | null;
  }[];
}

export interface RetentionJson {
  /** The folder of the store, or its URL in object storage. */
  readonly place: string;
  readonly machines: readonly {
    readonly name: string;
    readonly droppedPoints: number;
    readonly bytesFreed: number;
    /** Points that were to go and stay: they are locked, or this identity may not delete. */
    readonly keptPoints: number;
    /** When the first of their locks ends. */
    readonly keptUntil: string | null;
    /** Why nothing of it was looked at; null if it was. */
    readonly left: string | null;
  }[];
  /** What is left of machines that were removed. */
  readonly removedMachines: { readonly lockedObjects: number; readonly lockedUntil: string | null };
}

export interface RotateKeyJson {
  readonly target: string;
  readonly id: string;
  /** Path of the new key's file. */
  readonly keyFile?: string;
  /** Why its key was not changed. */
  readonly error?: ErrorJson;
}

export interface KeyExportJson {
  readonly file: string;
  /** ARM ids of what keeps the replicas. */
  readonly stores: readonly string[];
  /** Those whose key was not seen to open the replicas, since they could not be opened at the time. */
  readonly notChecked: readonly string[];
}

export interface KeyPassphraseJson {
  readonly stores: readonly string[];
}

export interface AdoptJson {
  /** The home that was rebuilt; null with `--list`. */
  readonly home: string | null;
  readonly stores: readonly {
    /** The folder of the store, or its URL in object storage. */
    readonly place: string;
    /** Null if the store has no catalog. */
    readonly holderId: string | null;
    readonly engineId: string | null;
    readonly machines: readonly {
      /** What the store calls the machine. */
      readonly replicaId: string;
      /** Null if the catalog does not know it: its recovery points can be exported. */
      readonly item: {
        readonly id: string;
        readonly machineName: string;
        readonly state: string;
        readonly activeLocation: Side;
      } | null;
      readonly disks: readonly DiskJson[];
      readonly pointCount: number;
      readonly damagedPointCount: number;
      readonly newestPoint: { readonly id: string; readonly time: string } | null;
    }[];
    /** Entries of the catalog that are damaged and left out. */
    readonly damagedEntries: number;
  }[];
  readonly notices: readonly string[];
}

export type JobState = "NotStarted" | "InProgress" | "Succeeded" | "Failed" | "Cancelled" | "Suspended";

export interface JobJson {
  readonly id: string;
  /** Azure's word for what it does. */
  readonly scenario: string;
  /** ARM id of the protected item or recovery plan. */
  readonly targetId: string;
  readonly state: JobState;
  readonly error: ErrorJson | null;
  /** How often it was begun. */
  readonly attempts: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Who began it: a person, a stack with its person, or a service. `null` for one of an earlier version. */
  readonly actor: string | null;
  readonly tasks: readonly {
    readonly name: string;
    readonly state: JobState;
    readonly startedAt: string | null;
    readonly endedAt: string | null;
    /** What the task came to; its properties depend on the task. */
    readonly result: unknown;
  }[];
}

export interface PauseJson {
  readonly name: string;
  /** Whether the command changed anything. */
  readonly changed: boolean;
}

export interface UnlockJson {
  readonly name: string;
  readonly id: string;
  readonly unlocked: boolean;
  /** The process that had the lease; null if there was none. */
  readonly holder: LeaseJson | null;
}

/** As Azure's API lists events. */
export interface EventJson {
  readonly eventCode: string;
  readonly eventType: string;
  readonly severity: string;
  readonly description: string;
  readonly timeOfOccurrence: string;
  /** In whose work it happened, as in `jobs`. */
  readonly actor: string | null;
  readonly affectedObjectFriendlyName: string;
  /** ARM id of what it happened to. */
  readonly affectedObjectCorrelationId: string;
  readonly fabricId: string | null;
  readonly eventSpecificDetails: { readonly instanceType: "JobStatus"; readonly jobId: string } | null;
}

export interface AlertJson {
  /** Name of the protected item or drill. */
  readonly name: string;
  readonly severity: string;
  /** A word for scripts. */
  readonly code: string;
  readonly message: string;
}

export interface OwnerJson {
  readonly id: string;
  readonly kind: string;
  /** URN of the resource; null if it belongs to none. */
  readonly owner: string | null;
  readonly claimedAt: string | null;
}

export interface DisownJson {
  readonly id: string;
  readonly formerOwner: string | null;
}

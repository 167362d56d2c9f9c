import type { Bandwidth } from "../../kinds/process-server.ts";
import type { PolicySettings } from "../../kinds/policy.ts";
import type { WeeklyHours } from "../../weekly-hours.ts";

export interface ForecastMachine {
  readonly name: string;
  /** The process server that sends its data. */
  readonly server: string;
  readonly policy: PolicySettings;
  /** Sizes of its disks as the guest sees them. */
  readonly sizeBytes: number;
  /** Bytes of its disks that are data now: what an initial copy reads. On a thin disk they grow with the changes. */
  readonly dataBytes: number;
  /** Bytes sent for each byte of data, 0 to 1. */
  readonly compressedRatio: number;
  /** Bytes of different blocks that change in a day. */
  readonly churnBytesPerDay: number;
}

export interface ForecastServer {
  readonly name: string;
  /** Absent: as fast as data can be read. */
  readonly bandwidth?: Bandwidth | undefined;
}

export interface ForecastPlan {
  readonly name: string;
  /** In order. The machines of a group move side by side. */
  readonly groups: readonly {
    readonly machines: readonly string[];
    /** Steps before and after the group. */
    readonly scripts: number;
    readonly manualSteps: number;
  }[];
}

/** What is not in a definition: the figures that a forecast rests on. It prints all of them. */
export interface ForecastSettings {
  /** Milliseconds since 1970. */
  readonly startsAt: number;
  readonly hours: number;
  /** Copies and restores that run at once. */
  readonly copiesMax: number;
  /** Bytes a second that are read, compressed and sealed, all copies together. */
  readonly copyBytesPerSecond: number;
  readonly restoreBytesPerSecond: number;
  /** Work of a cycle beside its bytes: snapshot, recovery point, syncs. */
  readonly cycleSeconds: number;
  readonly scriptSeconds: number;
  readonly manualSeconds: number;
  /** Hours in which `busyShare` of a day's changes are made, and that share, 0 to 1. Absent: evenly. */
  readonly busyHours?: WeeklyHours | undefined;
  readonly busyShare: number;
}

export interface ForecastInput {
  readonly machines: readonly ForecastMachine[];
  readonly servers: readonly ForecastServer[];
  readonly plans: readonly ForecastPlan[];
  readonly settings: ForecastSettings;
}

/** What the JSON of several commands shares. Times are ISO 8601 in UTC; sizes are bytes; durations have their unit in the name. */

/** An error, or the refusal of one machine of several. */
export interface ErrorJson {
  /** A word for scripts, such as `NotFound` or `ActionNotAllowed`; `Usage` if the command line is wrong. */
  readonly code: string;
  /** For people: what happened, where, and what to do next. */
  readonly message: string;
}

/** A recovery point that a machine runs from, or would run from. */
export interface PointJson {
  readonly id: string;
  /** The instant that its data is of. */
  readonly time: string;
  /** `CrashConsistent` or `AppConsistent`; null for one that an earlier version made. */
  readonly kind: string | null;
}

export interface DiskJson {
  readonly id: string;
  readonly sizeBytes: number;
}

/** From which recovery point a machine at the recovery side runs, and where. */
export interface RunsFromJson {
  /** Name of the machine. */
  readonly machine: string;
  /** Path of its folder. */
  readonly folder: string;
  /** Paths of its disk images. */
  readonly disks: readonly string[];
  readonly recoveryPoint: PointJson;
  /** How old its data was when the machine was made; null for one that an earlier version made. */
  readonly dataAgeSeconds: number | null;
}

export type Side = "primary" | "recovery";

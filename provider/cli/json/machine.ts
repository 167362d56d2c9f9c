/** What the JSON of several commands says of a machine: its side, its disks, and the recovery point that it runs from. */

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

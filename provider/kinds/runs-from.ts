/** From which recovery point the machine at the recovery side runs, and where. It stays the same until the next move. */
export interface RunsFromOutputs {
  /** Name of the machine at the recovery side. */
  machine: string;
  /** Path of its folder. */
  folder: string;
  /** Paths of its disk images. */
  disks: string[];
  /** The recovery point that its disks were made from. */
  recoveryPoint: {
    /** Name of the recovery point. */
    id: string;
    /** The instant that its data is of; ISO 8601. */
    time: string;
    /** `CrashConsistent` or `AppConsistent`; absent for a machine that an earlier version made. */
    kind?: string;
  };
  /** How old its data was when the machine was made, in seconds; absent for one that an earlier version made. */
  dataAgeSeconds?: number;
}

import type { LayerReference } from "./layers/disk-map.ts";

export type RecoveryPointKind = "CrashConsistent" | "AppConsistent";

export interface RecoveryPointDisk {
  readonly diskId: string;
  readonly sizeBytes: number;
  readonly layers: readonly LayerReference[];
}

export interface RecoveryPoint {
  readonly id: string;
  readonly machineId: string;
  /** Counts up by one with each point of the machine; the order of points whatever the clock did. */
  readonly sequence: number;
  /** The snapshot's instant, in milliseconds since 1970. */
  readonly takenAt: number;
  readonly kind: RecoveryPointKind;
  /** True when all machines of a replication group share this instant. */
  readonly multiVm: boolean;
  readonly disks: readonly RecoveryPointDisk[];
  /** Bytes that taking this point added to the store. */
  readonly bytesStored: number;
  /** Always true here: a point is listed when its data is durable and in place, never before. */
  readonly processed: true;
}

/** Disks of a recovery point that are served to a machine. */

/** Where the server finds the recovery point. Kept in the machine's folder, so nothing in it is secret. */
export interface ServedPoint {
  /** The engine's home, an absolute path. */
  readonly home: string;
  /** What holds the replica. */
  readonly replicaStoreId: string;
  /** What the store calls the machine. */
  readonly machineId: string;
  readonly pointId: string;
}

export interface ServeRequest {
  readonly point: ServedPoint;
  readonly disks: readonly { readonly id: string; readonly file: string; readonly sizeBytes: number }[];
  /** False for a drill's machine: its disks are never copied, and are thrown away with it. */
  readonly isKept: boolean;
}

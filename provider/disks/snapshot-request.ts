import type { SnapshotHolder } from "./held-snapshots.ts";

/** What became of a snapshot: its recovery point is durable, or its changes are still to be replicated. */
export type Outcome = "complete" | "abandon";

export interface SnapshotRequest {
  readonly snapshotId: string;
  readonly holder: SnapshotHolder;
}

export interface BegunSnapshot {
  readonly sizeBytes: number;
  /** Logs up to this number hold the changes. */
  readonly sealedThrough: number;
}

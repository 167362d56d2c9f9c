import type { ResyncReason } from "./disk.ts";
import type { Lineage } from "../model/lineage.ts";
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
  /** The log that began; absent from an owner of an earlier version. */
  readonly lineage?: Lineage;
  /** Why a resync is needed, as the owner knows it; absent from an owner of an earlier version. */
  readonly reasons?: readonly ResyncReason[];
}

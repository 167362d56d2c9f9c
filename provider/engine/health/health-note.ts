/** What a health note is, and what the functions that make notes are given. */
import type { SiteRecoveryError } from "../../errors.ts";
import type { ReplicaStore } from "../../replica/replica-store.ts";
import type { RecoveryPoint } from "../../replica/recovery-point.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../../model/item.ts";

/** One thing that is wrong with an item now. It is derived when it is asked for, so that it ends with its cause. */
export interface HealthNote {
  /** `Critical`: it does not repair itself, or data is at risk. `Warning`: a person should know. */
  readonly severity: "Warning" | "Critical";
  /** A word for scripts, such as `ReplicationFailed`. */
  readonly code: string;
  /** What is wrong and what to do, without the item's name in front and without a full stop. */
  readonly text: string;
}

/** What was looked at before the notes are made. A view must not fail because a part of the world is away. */
export interface HealthFacts {
  readonly parts: EngineParts;
  readonly item: ProtectedItem;
  /** The store that holds the replica, or `undefined` while it cannot be read. */
  readonly replicas: ReplicaStore | undefined;
  /** Why the store cannot be read. */
  readonly targetFailure: SiteRecoveryError | undefined;
  /** Readable recovery points, oldest first. */
  readonly points: readonly RecoveryPoint[];
  /** How many recovery points cannot be read. */
  readonly unreadablePoints: number;
  /** Age of the newest recovery point in seconds, or `undefined` while the machine does not replicate. */
  readonly rpoSeconds: number | undefined;
  readonly rpoThresholdSeconds: number;
}

/** Makes the notes of one subject; an empty list if all is well. */
export type HealthCheck = (facts: HealthFacts) => readonly HealthNote[] | Promise<readonly HealthNote[]>;

/**
 * The target side: where replicas live. A replica store (a vault's storage account) holds the recovery points
 * of many machines, each of one or more disks. Everything in it is compressed, encrypted and authenticated
 * [C-9]; what is read back is verified, and a flipped bit is a `Damaged` error with the object's name.
 *
 * A recovery point is an immutable list of layers for each disk. A layer is an immutable file that says where
 * some blocks' data are; a newer layer hides the older ones. A delta adds one layer, so it costs what has
 * changed. This file says what a store promises; it stands on the `Objects` port, whatever driver is behind that.
 */
import type { Sample } from "./upkeep/sample.ts";
import type { FileSystem } from "../blocks/file-system.ts";
import type { Objects } from "../ports/objects.ts";
import type { Catalog } from "./catalog.ts";
import type { KeptObjects } from "./remove-unlocked.ts";
import type { MachineFolder } from "./machine-folder.ts";
import type { RecoveryPoint } from "./recovery-point.ts";
import type { SecretKind, StoreSecret } from "./store-key.ts";

export type { RecoveryPoint, RecoveryPointDisk } from "./recovery-point.ts";
export type { RecoveryPointKind } from "../model/item.ts";

export interface StoreUsage {
  readonly pointCount: number;
  readonly segmentCount: number;
  readonly mapCount: number;
  /** All bytes the machine's replica occupies. */
  readonly bytesStored: number;
}

export interface RetentionResult {
  readonly droppedPointIds: readonly string[];
  readonly bytesFreed: number;
  /** Points that were to go and stay. */
  readonly kept: KeptPoints | undefined;
}

/** Recovery points that were to go and stay: their retention locks have not ended, or this identity may not delete. */
export interface KeptPoints {
  readonly count: number;
  /** When the first lock ends, in milliseconds since 1970; `undefined` if this identity may not delete. */
  readonly until: number | undefined;
}

/** A damaged object and whom it hurts. */
export interface VerifyFinding {
  readonly machineId: string | undefined;
  readonly objectPath: string;
  readonly message: string;
  /** Recovery points that cannot be restored in full because of it. Empty: it costs safety, not data. */
  readonly pointIds: readonly string[];
}

export interface VerifyResult {
  readonly objectsRead: number;
  readonly bytesRead: number;
  readonly findingCount: number;
  /** Recovery points that there should be, sound or not. */
  readonly pointCount: number;
}

/** A machine that its engine keeps in the store. */
export interface KnownMachine {
  readonly machineId: string;
  readonly diskIds: readonly string[];
}

export interface VerifyOptions {
  /** Machines that should be there: one of them is verified even if its folder's name cannot be read. */
  readonly knownMachines?: readonly KnownMachine[];
  /** Called after each object; bytes are bytes of layer files. */
  readonly onProgress?: (progress: { objectsRead: number; bytesRead: number; bytesTotal: number }) => void;
  readonly signal?: AbortSignal;
  /** Which layer files are read; default all. Points and lists are small, and are always read. */
  readonly sample?: Sample;
}

export interface ReplicaStore {
  /** What messages call it: a folder, or a URL without secrets. */
  readonly place: string;
  readonly objects: Objects;
  /** The files of this computer, on which images are, and what waits to be put in the store. */
  readonly files: FileSystem;
  /** Worker threads that large copies may use; 0: everything runs on the calling thread. */
  readonly threads: number;
  /**
   * What a failure of work on the store was: `TargetUnreachable` when the store has gone away meanwhile, the
   * error itself otherwise. Every method throws it when the store is not there.
   */
  explain(error: unknown): Promise<unknown>;
  /** Machines with anything stored, sorted by id. */
  machineIds(): Promise<string[]>;
  /**
   * The machine's recovery points, oldest first. A point whose file is damaged throws `Damaged`, unless
   * `onDamaged` is given: then it is called with the point's number, and the others are returned.
   */
  recoveryPoints(
    machineId: string,
    onDamaged?: (error: Error, sequence: number) => void,
  ): Promise<RecoveryPoint[]>;
  /** Throws `NotFound` when there is no such point. */
  findPoint(pointId: string): Promise<RecoveryPoint>;
  /**
   * Drops the points that `keep` does not name, then gives their space back. The newest point and points in
   * use stay whatever it says, and so does what a retention lock keeps. Can be repeated; after a crash the next run finishes the work.
   */
  retain(
    machineId: string,
    keep: (points: readonly RecoveryPoint[]) => Iterable<string>,
  ): Promise<RetentionResult>;
  /** Gives back the space of data that no recovery point needs; returns the bytes freed. */
  compact(machineId: string): Promise<number>;
  /**
   * Forgets a machine and all of its recovery points. Absent is fine. Throws `InUse` while a point is read. What a
   * retention lock keeps stays, until `finishRemovals` is called after the lock has ended, and is returned.
   */
  removeMachine(machineId: string): Promise<KeptObjects>;
  /** Removes what is left of machines that were removed. Returns when the first lock ends that keeps some of it. */
  finishRemovals(): Promise<KeptObjects>;
  /**
   * Reads and checks everything, and reports each damaged object with the recovery points it affects. What it finds
   * is noted with the machine (damage-note.ts), for its next resync.
   */
  verify(onFinding: (finding: VerifyFinding) => void, options?: VerifyOptions): Promise<VerifyResult>;
  usage(machineId: string): Promise<StoreUsage>;
  /**
   * Locks the store with a secret, in place of the one of its kind: a new key file leaves the passphrase as it is, and
   * the other way round. No replica data is rewritten.
   */
  rotateKey(secret: StoreSecret): Promise<void>;
  /** The kinds of secrets that open the store. */
  secretKinds(): Promise<SecretKind[]>;
  /** What the engine's home can be rebuilt from. */
  catalog(): Promise<Catalog>;
  /** The machine's part of the store, for the replication cycles. */
  machine(machineId: string): Promise<MachineFolder>;
}

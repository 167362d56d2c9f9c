/**
 * The source side of replication: disk images that remember what was changed, and snapshots of them.
 *
 * A process that writes to an image opens it with `openTrackedDisk` and is from then on the disk's owner.
 * Every changed block is noted in the change log `<disk>.hrl` before the write is acknowledged. The engine
 * takes a snapshot with `takeSnapshot`, from the same process or another one, reads the changed blocks from
 * it while writes continue, and completes it when the recovery point is durable. This room knows nothing of
 * replicas.
 */
import type { Lineage } from "../model/lineage.ts";
import type { Clock, SharedTime } from "../clock.ts";
import type { FileSystem } from "../blocks/file-system.ts";
import type { BlockRange, BlockSet } from "./block-set.ts";

/** The unit of change tracking and of replication. The last block of a disk may be shorter. */
export const blockSizeBytes = 65_536;

/** How many blocks a disk of this size has. */
export function blockCountOf(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockSizeBytes);
}

/** HW-4b: at half of the disk a delta is worth no more than a resync. Counted in blocks, each once. */
export function isHalfOfDisk(changedBlocks: number, blockCount: number): boolean {
  return blockCount > 0 && changedBlocks * 2 >= blockCount;
}

export interface Disk {
  readonly path: string;
  readonly sizeBytes: number;
  /** Fills all of `buffer` from `offset` on. Throws `InvalidInput` when that is not within the disk. */
  read(buffer: Uint8Array, offset: number): void;
  close(): Promise<void> | void;
}

export interface TrackedDisk extends Disk {
  /**
   * Writes all of `data` at `offset` (any byte). Acknowledged when it resolves: it survives the death of the
   * process. Throws `DiskFull` or `IoFailed`; the disk can be written again afterwards, the range counts as
   * changed.
   */
  write(data: Uint8Array, offset: number): Promise<void>;
  /** Makes all acknowledged writes survive a power cut. If it fails, the disk must be opened again. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Why the changes alone are not enough, and checksums of the whole disk are to be compared (HW-4b, HW-4c):
 * - `NewTracking`: there was no log, so nothing is known of what happened before. An initial copy mends it.
 * - `HalfOfDisk`: half of the disk or more has changed; a delta would cost more than it is worth.
 * - `LogDamaged`: a record or the header of a log does not match its checksum.
 * - `PowerLost`: the machine went down while the disk was open, data may be kept and the log lost.
 * - `SizeChanged`: the image has another size than the log says.
 * - `SyncFailed`: the device refused to keep acknowledged writes; what it holds is unknown.
 * - `ChangedUntracked`: the image is not as its log left it. A program that keeps no log has written it, or another
 *   file has its name.
 * - `LogOutdated`: an earlier version wrote the log, which does not say how the image was left.
 * - `TrackingLost`: QEMU has no sound bitmap any more with all changes since the newest recovery point: it was killed, or
 *   somebody removed the bitmap.
 */
export const resyncReasons = [
  "NewTracking",
  "HalfOfDisk",
  "LogDamaged",
  "PowerLost",
  "SizeChanged",
  "SyncFailed",
  "ChangedUntracked",
  "LogOutdated",
  "TrackingLost",
] as const;
export type ResyncReason = (typeof resyncReasons)[number];

/**
 * What a worker thread or another process needs to read a snapshot by itself (`openSnapshotReader`); plain
 * data.
 */
export type SnapshotReaderSpec = PreservedSnapshotSpec | ShownSnapshotSpec;

/** An image, and beside it the old content of what was overwritten since the instant. */
export interface PreservedSnapshotSpec {
  readonly diskPath: string;
  readonly snapshotPath: string;
  readonly snapshotId: string;
  readonly sizeBytes: number;
}

/** A file that shows the disk as of the instant for as long as the snapshot is open. */
export interface ShownSnapshotSpec {
  readonly shownPath: string;
  readonly sizeBytes: number;
}

export interface SnapshotReader {
  readonly sizeBytes: number;
  /**
   * Fills all of `buffer` with the bytes as of the snapshot's instant, from `offset` (any byte) on. Big reads
   * cost least. Throws `Busy` (take another snapshot, later) when the snapshot was lost to lack of space or
   * has ended.
   */
  read(buffer: Uint8Array, offset: number): void;
  close(): void;
}

export interface DiskSnapshot {
  readonly path: string;
  readonly sizeBytes: number;
  /**
   * The blocks changed since the last completed cycle; iterable, with `ranges()` and `count`. A superset,
   * never less.
   */
  changedBlocks(): BlockSet;
  /** True when `changedBlocks()` must not be relied on: compare the whole disk. A `complete` clears it. */
  readonly resyncRequired: boolean;
  readonly resyncReasons: readonly ResyncReason[];
  /** The log that has the changes since this snapshot; `undefined` if its owner is of an earlier version. */
  readonly lineage: Lineage | undefined;
  /** Whether `changedBlocks()` has everything since the instant of which `since` was the lineage. */
  continues(since: Lineage): boolean;
  /** The blocks that may be other than zero at the snapshot's instant, ascending. Absent: all of them. */
  dataRanges?(): Iterable<BlockRange>;
  /** Bytes as of the snapshot's instant, as `SnapshotReader.read`. */
  read(buffer: Uint8Array, offset: number): void;
  readonly reader: SnapshotReaderSpec;
}

/** The disks of one machine (or of a group of them) at one instant. */
export interface MachineSnapshot {
  /** Wall-clock milliseconds since 1970, read while writes to all the disks were held. */
  readonly takenAt: number;
  /** The same instant on the boot clock. Absent in snapshots that are made by hand. */
  readonly takenOn?: SharedTime;
  /** In the order of the paths given. */
  readonly disks: readonly DiskSnapshot[];
  /**
   * All was read, and the recovery point is not durable yet. Throws `DiskFull` or `IoFailed` if what was read may not be of
   * the instant. Absent where a read tells that itself.
   */
  finishReading?(): Promise<void>;
  /**
   * The recovery point is durable: its changes are forgotten and the snapshot is deleted. Can be repeated.
   */
  complete(): Promise<void>;
  /**
   * The cycle failed: its changes stay pending for the next one and the snapshot is deleted. Can be repeated.
   */
  abandon(): Promise<void>;
}

export interface ChangeState {
  /** False when there is no change log yet. */
  readonly tracked: boolean;
  readonly pendingBlocks: number;
  readonly logBytes: number;
  readonly resyncRequired: boolean;
  readonly resyncReasons: readonly ResyncReason[];
  /** What the pending changes count from; `undefined` without a log of this version. */
  readonly lineage: Lineage | undefined;
  /** Whether the logs have everything since the instant of which `since` was the lineage. */
  continues(since: Lineage): boolean;
}

/** What the functions of this room depend on; every one has a default that is right for a real run. */
export interface DiskOptions {
  readonly files?: FileSystem;
  readonly clock?: Clock;
  /** Which boot of the machine this is; another one after an unclean end means that power was lost. */
  readonly bootId?: string;
  /** How long to wait for another process that holds the disk briefly. Default 5,000. */
  readonly waitMilliseconds?: number;
  /** How long writes are held for a snapshot at most, in milliseconds. Default 5,000. */
  readonly freezeLimitMilliseconds?: number;
  /** The lease that snapshots are taken under: a snapshot of the same engine's earlier epoch is dropped for a new one. */
  readonly writer?: { readonly engineId: string; readonly epoch: number };
}

/*
 * The functions, each in a file of its own name:
 *   openTrackedDisk(path, options?): Promise<TrackedDisk>                          open-tracked-disk.ts
 *   takeSnapshot(diskPaths, options?): Promise<MachineSnapshot>                    take-snapshot.ts
 *   takeGroupSnapshot(machines: string[][], options?): Promise<MachineSnapshot[]>  take-snapshot.ts
 *   openSnapshotReader(spec, files?): SnapshotReader                               snapshot-reader.ts
 *   readChangeState(diskPath, options?): ChangeState                               read-change-state.ts
 *   resetTracking(diskPath, options?): Promise<Lineage | undefined>                reset-tracking.ts
 */

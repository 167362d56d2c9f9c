/**
 * What travels between the main thread and a worker: descriptions of work and their results. Block data never
 * does; each worker reads and writes its own files.
 */
import type { SnapshotReaderSpec } from "../../disks/disk.ts";
import type { ObjectsAddress } from "../../ports/objects.ts";
import type { KeyRingSpec } from "../../replica/key-ring.ts";

/** What became of a block. `known + n`: the n-th list of known checksums had it, nothing was stored. */
export const outcome = { zero: 0, stored: 1, known: 2 } as const;

/** Checksums of what the target has, by position in the batch's blocks. */
export interface KnownBlocks {
  readonly present: Uint8Array;
  readonly checksums: Uint8Array;
}

export interface CopyBatch {
  readonly type: "copy";
  readonly reader: SnapshotReaderSpec;
  readonly diskSizeBytes: number;
  /** Block numbers, ascending. */
  readonly blocks: Uint32Array;
  /**
   * Whether blocks of zeros get an entry: in a delta they hide older data, in a full copy absence says it.
   */
  readonly recordZeros: boolean;
  readonly known: readonly KnownBlocks[];
  /** Whether blocks are compressed before they are encrypted. */
  readonly compresses: boolean;
  /** The segment to write, should anything have to be stored. */
  readonly segment: {
    /** Where it is prepared on this computer. */
    readonly path: string;
    /** The name of the object that it is to become. */
    readonly name: string;
    readonly storeId: Uint8Array;
    readonly fileId: Uint8Array;
    readonly key: Uint8Array;
  };
}

export interface CopyResult {
  /** One `outcome` for each block of the batch. */
  readonly outcomes: Uint8Array;
  /** The segment's entries, packed (entry-table.ts). */
  readonly entries: Uint8Array;
  readonly segmentWritten: boolean;
  readonly bytesRead: number;
  readonly bytesStored: number;
}

export interface RestoreBatch {
  readonly type: "restore";
  readonly toPath: string;
  readonly diskSizeBytes: number;
  /** Where the segments are, for a thread of its own. */
  readonly from: ObjectsAddress | undefined;
  /** What the names of the disk's objects begin with. */
  readonly diskName: string;
  readonly scope: string;
  readonly ring: KeyRingSpec;
  /** Block numbers, ascending, and for each what the recovery point holds. */
  readonly blocks: Uint32Array;
  /** Index into `segments`, or negative: the block is all zeros. */
  readonly segment: Int32Array;
  readonly offset: Uint32Array;
  readonly length: Uint32Array;
  readonly checksum: Uint8Array;
  readonly segments: readonly string[];
  readonly image: ImageBefore;
  /** Where the first block goes in the file, in bytes, if the blocks follow each other there; else each has its place on the disk. */
  readonly packedFrom?: number;
}

/**
 * What is known of the image that blocks are written to: `zeros`, it is new and nothing is written for zeros; `readable`,
 * what it shows is on the device, and only what differs is written; `doubtful`, what it shows may not be on the device, and
 * everything is written.
 */
export type ImageBefore = "zeros" | "readable" | "doubtful";

export interface RestoreResult {
  readonly bytesWritten: number;
  readonly blocksWritten: number;
  readonly blocksEqual: number;
}

export type Batch = CopyBatch | RestoreBatch;
export type ResultOf<B extends Batch> = B extends CopyBatch ? CopyResult : RestoreResult;

/** Told now and then how many more bytes have been worked on. */
export type OnBytes = (bytes: number) => void;

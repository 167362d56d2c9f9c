import { assert } from "../errors.ts";
import type { BlockRange, BlockSet } from "./block-set.ts";
import { controlDisk, isOwnerGone } from "./control-disk.ts";
import type { DiskControl } from "./control-disk.ts";
import type { DiskSnapshot, ResyncReason, SnapshotReader, PreservedSnapshotSpec } from "./disk.ts";
import type { Lineage } from "../model/lineage.ts";
import type { DiskSettings } from "./disk-settings.ts";
import type { Outcome } from "./snapshot-request.ts";
import { dataRangesOf } from "./data-ranges.ts";
import { dropSnapshot } from "./held-snapshots.ts";
import { continuesFrom } from "./lineage.ts";
import type { LogsOfDisk } from "./read-logs.ts";
import { snapshotPathOf } from "./snapshot-file.ts";
import { openSnapshotReader } from "./snapshot-reader.ts";

export interface SnapshotParts {
  readonly diskPath: string;
  readonly realPath: string;
  readonly settings: DiskSettings;
  readonly snapshotId: string;
  readonly sizeBytes: number;
  readonly changedBlocks: BlockSet | undefined;
  readonly reasons: readonly ResyncReason[];
  /** Of the logs that the snapshot has put aside, oldest first. */
  readonly headers: LogsOfDisk["headers"];
  readonly lineage: Lineage | undefined;
  /** The connection to an owner in another process, which lasts as long as the snapshot. */
  readonly control: DiskControl | undefined;
}

/** A snapshot of one disk, in the hands of the process that took it. */
export class SnapshotOfDisk implements DiskSnapshot {
  readonly path: string;
  readonly sizeBytes: number;
  readonly reader: PreservedSnapshotSpec;
  readonly resyncReasons: readonly ResyncReason[];
  readonly #parts: SnapshotParts;
  #openReader: SnapshotReader | undefined;
  #ended = false;

  constructor(parts: SnapshotParts) {
    this.path = parts.diskPath;
    this.sizeBytes = parts.sizeBytes;
    this.resyncReasons = parts.reasons;
    this.#parts = parts;
    this.reader = {
      diskPath: parts.realPath,
      snapshotPath: snapshotPathOf(parts.realPath),
      snapshotId: parts.snapshotId,
      sizeBytes: parts.sizeBytes,
    };
  }

  get lineage(): Lineage | undefined {
    return this.#parts.lineage;
  }

  continues(since: Lineage): boolean {
    return continuesFrom(this.#parts.headers, since);
  }

  get resyncRequired(): boolean {
    return this.resyncReasons.length > 0;
  }

  changedBlocks(): BlockSet {
    assert(this.#parts.changedBlocks !== undefined, "a snapshot that did not begin has no changes");
    return this.#parts.changedBlocks;
  }

  /** A block that was overwritten since is allocated in the image all the same, and read from what was preserved. */
  *dataRanges(): Generator<BlockRange> {
    const image = this.#parts.settings.files.open(this.reader.diskPath, "read");
    try {
      yield* dataRangesOf(image, this.sizeBytes);
    } finally {
      image.close();
    }
  }

  read(buffer: Uint8Array, offset: number): void {
    assert(!this.#ended, `the snapshot of ${this.path} is read after its end`);
    this.#openReader ??= openSnapshotReader(this.reader, this.#parts.settings.files);
    this.#openReader.read(buffer, offset);
  }

  /**
   * Ends it, through the owner that began it or the one that owns the disk now. Can be repeated after an error.
   * When the owner dropped the snapshot meanwhile, its changes stay pending and are sent once more by the
   * next cycle.
   */
  async end(outcome: Outcome): Promise<void> {
    if (this.#ended) return;
    this.#openReader?.close();
    this.#openReader = undefined;
    try {
      for (let attempt = 1; !this.#ended; attempt += 1) {
        await this.#endThroughOwner(outcome).catch((error: unknown) => {
          if (attempt === 3 || !isOwnerGone(error)) throw error;
        });
      }
    } finally {
      // Even if this fails, nothing relies on it any more: the next snapshot of the disk clears it away.
      dropSnapshot(this.#parts.snapshotId);
    }
  }

  async #endThroughOwner(outcome: Outcome): Promise<void> {
    const { control: kept, realPath, settings, snapshotId } = this.#parts;
    const control = kept === undefined || kept.isBroken ? await controlDisk(realPath, settings) : kept;
    try {
      await control.end(snapshotId, outcome);
      this.#ended = true;
    } finally {
      await control.release();
    }
  }
}

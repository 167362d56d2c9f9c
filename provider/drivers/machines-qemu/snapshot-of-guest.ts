/** A snapshot of a machine that QEMU runs, or of its images while it is off, as the engine reads it. */
import { assert } from "../../errors.ts";
import { BlockSet, type BlockRange } from "../../disks/block-set.ts";
import {
  blockCountOf,
  isHalfOfDisk,
  type DiskSnapshot,
  type MachineSnapshot,
  type ResyncReason,
  type SnapshotReader,
  type SnapshotReaderSpec,
} from "../../disks/disk.ts";
import { openSnapshotReader } from "../../disks/snapshot-reader.ts";
import { isSameLineage, type Lineage } from "../../model/lineage.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";
import type { BitmapSnapshot, SnapshotDisk } from "../../qemu/snapshots/take-bitmap-snapshot.ts";

class DiskOfGuest implements DiskSnapshot {
  readonly path: string;
  readonly sizeBytes: number;
  readonly lineage: Lineage;
  readonly resyncReasons: readonly ResyncReason[];
  readonly reader: SnapshotReaderSpec;
  readonly #disk: SnapshotDisk;
  readonly #known: readonly Lineage[];
  #open: SnapshotReader | undefined;

  constructor({ path }: SourceDisk, disk: SnapshotDisk, known: readonly Lineage[]) {
    this.path = path;
    this.sizeBytes = disk.sizeBytes;
    this.lineage = disk.lineage;
    this.reader = { shownPath: disk.path, sizeBytes: disk.sizeBytes };
    this.#disk = disk;
    this.#known = known;
    this.resyncReasons = reasonsOf(disk);
  }

  get resyncRequired(): boolean {
    return this.resyncReasons.length > 0;
  }

  changedBlocks(): BlockSet {
    const { changes, sizeBytes } = this.#disk;
    return "everything" in changes ? new BlockSet(blockCountOf(sizeBytes)) : changes;
  }

  continues(since: Lineage): boolean {
    return this.#known.some((lineage) => isSameLineage(lineage, since));
  }

  *dataRanges(): Generator<BlockRange> {
    yield* this.#disk.dataBlocks.ranges();
  }

  read(buffer: Uint8Array, offset: number): void {
    this.#open ??= openSnapshotReader(this.reader);
    this.#open.read(buffer, offset);
  }

  close(): void {
    this.#open?.close();
    this.#open = undefined;
  }
}

function reasonsOf({ changes, sizeBytes }: SnapshotDisk): readonly ResyncReason[] {
  if ("everything" in changes) return [changes.everything];
  return isHalfOfDisk(changes.count, blockCountOf(sizeBytes)) ? ["HalfOfDisk"] : [];
}

/** What a snapshot is made of. `known` are the lineages that each disk's changes go back to; `release` ends its QMP. */
export interface GuestSnapshotParts {
  readonly sources: readonly SourceDisk[];
  readonly snapshot: BitmapSnapshot;
  readonly known: readonly (readonly Lineage[])[];
  release(): Promise<void>;
}

export class SnapshotOfGuest implements MachineSnapshot {
  readonly takenAt: number;
  readonly disks: readonly DiskOfGuest[];
  readonly #parts: GuestSnapshotParts;
  #isOver = false;

  constructor(parts: GuestSnapshotParts) {
    const { sources, snapshot, known } = parts;
    this.#parts = parts;
    this.takenAt = snapshot.takenAt;
    this.disks = sources.map((source, index) => {
      const disk = snapshot.disks[index];
      assert(
        disk?.diskId === source.diskId,
        "a snapshot has its disks in the order that they were asked for",
      );
      return new DiskOfGuest(source, disk, known[index]!);
    });
  }

  async finishReading(): Promise<void> {
    for (const disk of this.disks) disk.close();
    await this.#parts.snapshot.finishReading();
  }

  complete(): Promise<void> {
    return this.#end(() => this.#parts.snapshot.complete());
  }

  abandon(): Promise<void> {
    return this.#end(() => this.#parts.snapshot.abandon());
  }

  async #end(work: () => Promise<void>): Promise<void> {
    if (this.#isOver) return;
    for (const disk of this.disks) disk.close();
    await work();
    this.#isOver = true;
    await this.#parts.release();
  }
}

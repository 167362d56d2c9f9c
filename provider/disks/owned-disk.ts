/**
 * A disk in the hands of its one owner: everything that changes the image, its logs or its snapshot goes
 * through here.
 *
 * Writes are done in one synchronous piece (note the change, keep the old content, write), so between two
 * turns of the event loop a disk is never in the middle of one; to freeze it is to hold the ones that come.
 */
import type { FileSystem, OpenFile } from "../blocks/file-system.ts";
import type { LockAnswer } from "../blocks/lock-descriptor.ts";
import { assert, SiteRecoveryError } from "../errors.ts";
import { currentBootId } from "./boot-id.ts";
import { findLogs } from "./change-log.ts";
import { ChangeTracking } from "./change-tracking.ts";
import type { TrackedImage } from "./change-tracking.ts";
import { checkRange } from "./check-range.ts";
import { blockSizeBytes } from "./disk.ts";
import type { Lineage } from "../model/lineage.ts";
import { ImageWatch } from "./image-watch.ts";
import { DeviceTrust } from "./device-trust.ts";
import { FreezeGate } from "./freeze-gate.ts";
import { isHeld, isSuperseded, type SnapshotHolder } from "./held-snapshots.ts";
import { PreservedBlocks } from "./preserved-blocks.ts";
import { readLogs } from "./read-logs.ts";
import type { BegunSnapshot, Outcome, SnapshotRequest } from "./snapshot-request.ts";
import { type SnapshotHeader, snapshotPathOf } from "./snapshot-file.ts";
import { said } from "../message.ts";

export class OwnedDisk {
  readonly path: string;
  readonly sizeBytes: number;
  readonly gate = new FreezeGate();
  readonly #image: TrackedImage;
  readonly #tracking: ChangeTracking;
  readonly #watch: ImageWatch;
  #file: OpenFile;
  #snapshot: PreservedBlocks | undefined;
  #writers = 0;
  #isKeptFromWriters = false;
  readonly #trust: DeviceTrust;

  private constructor(image: TrackedImage, file: OpenFile) {
    this.path = image.diskPath;
    this.sizeBytes = image.sizeBytes;
    this.#image = image;
    this.#file = file;
    this.#snapshot = PreservedBlocks.adopt(image.files, image.diskPath, (header) => this.#isWanted(header));
    this.#watch = new ImageWatch(image.files, file);
    this.#tracking = ChangeTracking.open(image, this.#watch, this.#snapshot?.header.sealedThrough);
    this.#trust = new DeviceTrust(image.diskPath, () => this.#tracking.noteResync("SyncFailed"));
  }

  /** Takes the disk over in whatever state a former owner left it. */
  static open(diskPath: string, files: FileSystem, bootId = currentBootId()): OwnedDisk {
    const file = files.open(diskPath, "read");
    try {
      return new OwnedDisk({ files, diskPath, sizeBytes: file.size().sizeBytes, bootId }, file);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** The secret that shows that another process may read the disk's log. */
  get trackingId(): string {
    return this.#tracking.trackingId;
  }

  get hasWriters(): boolean {
    return this.#writers > 0;
  }

  /** Until `letWritersIn` the disk cannot be opened for writing. Throws `Busy` if a writer has it. */
  keepWritersOut(): void {
    if (this.#isKeptFromWriters || this.#writers > 0) throw this.#inUse();
    this.#isKeptFromWriters = true;
  }

  letWritersIn(): void {
    this.#isKeptFromWriters = false;
  }

  #inUse(): SiteRecoveryError {
    const what = this.#isKeptFromWriters ? "is being overwritten by a move" : "is open for writing";
    const message = said`${this.path} ${what}. Run again when that has ended.`;
    return new SiteRecoveryError("Busy", message, { target: this.path });
  }

  addWriter(): void {
    if (this.#isKeptFromWriters) throw this.#inUse();
    if (this.#writers === 0) {
      const readOnly = this.#file;
      this.#file = this.#image.files.open(this.path, "readWrite");
      readOnly.close();
      this.#watch.use(this.#file);
      this.#tracking.markOpened();
    }
    this.#writers += 1;
  }

  /** The last writer to leave makes image and logs durable. */
  async removeWriter(): Promise<void> {
    if (this.#writers > 1 || this.#trust.isLost) {
      this.#writers -= 1;
      return;
    }
    const pass = await this.gate.freeze();
    try {
      this.#writers -= 1;
      if (this.#writers > 0) return;
      await this.flush();
      this.#tracking.markClosed(this.#sealedLogs());
    } finally {
      this.gate.thaw(pass);
    }
  }

  read(buffer: Uint8Array, offset: number): void {
    checkRange(this.path, this.sizeBytes, offset, buffer.length);
    this.#file.read(buffer, offset);
  }

  async write(data: Uint8Array, offset: number): Promise<void> {
    checkRange(this.path, this.sizeBytes, offset, data.length);
    while (this.gate.isFrozen) await this.gate.thawed;
    this.#trust.check();
    if (data.length === 0) return;
    const firstBlock = Math.floor(offset / blockSizeBytes);
    const blockCount = Math.floor((offset + data.length - 1) / blockSizeBytes) - firstBlock + 1;
    this.#tracking.note(firstBlock, blockCount);
    this.#snapshot?.preserve(this.#file, firstBlock, blockCount);
    this.#tracking.beginWrite();
    try {
      this.#file.write(data, offset);
    } finally {
      this.#tracking.endWrite();
    }
  }

  async flush(): Promise<void> {
    this.#trust.check();
    await this.#file.syncLater().catch((error: unknown) => this.#trust.lose(error));
  }

  /** Begins a snapshot; the caller has frozen the disk and still holds it. */
  begin(pass: symbol, request: SnapshotRequest): BegunSnapshot {
    this.gate.check(pass, this.path);
    this.#trust.check();
    this.#makeRoom(request.holder);
    const { files, sizeBytes, bootId } = this.#image;
    try {
      const { sealedThrough, reasons } = this.#tracking.seal();
      this.#snapshot = PreservedBlocks.create(files, this.path, {
        ...request,
        bootId,
        sealedThrough,
        sizeBytes,
      });
      return { sizeBytes, sealedThrough, reasons, lineage: this.#tracking.lineage };
    } catch (error) {
      this.#takeBack(this.#tracking.liveNumber - 1);
      throw error;
    }
  }

  /** Ends a snapshot. One that is unknown was ended before, or by a later owner: its changes stay pending. */
  end(snapshotId: string, outcome: Outcome): void {
    if (this.#snapshot?.header.snapshotId === snapshotId) this.#endSnapshot(outcome);
  }

  /** Forgets all changes. Returns the lineage that begins. */
  reset(pass: symbol): Lineage {
    this.gate.check(pass, this.path);
    this.#makeRoom();
    this.#tracking.reset(this.#sealedLogs());
    return this.#tracking.lineage;
  }

  close(): void {
    this.#snapshot?.close();
    this.#tracking.close();
    this.#file.close();
  }

  #endSnapshot(outcome: Outcome): void {
    const snapshot = this.#snapshot;
    assert(snapshot !== undefined, "a snapshot that is not there cannot end");
    const { sealedThrough } = snapshot.header;
    snapshot.end();
    this.#snapshot = undefined;
    if (outcome === "complete") this.#tracking.forget(this.#sealedLogs(sealedThrough));
    else this.#takeBack(sealedThrough);
  }

  #takeBack(through: number): void {
    this.#tracking.takeBack(readLogs(this.#image, { through }).reasons);
  }

  #sealedLogs(through = Number.MAX_SAFE_INTEGER): string[] {
    const { sealed } = findLogs(this.#image.files, this.path);
    return sealed.filter((log) => log.logNumber <= through).map((log) => log.path);
  }

  /** A snapshot is kept if it was taken in this boot and a process holds it. */
  #isWanted(header: SnapshotHeader): boolean {
    const { sizeBytes, bootId } = this.#image;
    return (
      header.bootId === bootId &&
      header.sizeBytes === sizeBytes &&
      isHeld(header.snapshotId, header.holder, () => this.#tryLockSnapshot())
    );
  }

  #tryLockSnapshot(): LockAnswer {
    const file = this.#image.files.open(snapshotPathOf(this.path), "read");
    try {
      return file.tryLock?.() ?? "unsupported";
    } finally {
      file.close();
    }
  }

  /** There is one snapshot at a time. The snapshot of a dead process, or of one that lost its lease, is dropped. */
  #makeRoom(by?: SnapshotHolder): void {
    if (this.#snapshot === undefined) return;
    const { header } = this.#snapshot;
    if (this.#isWanted(header) && !isSuperseded(header.holder, by)) {
      const message = said`A snapshot of ${this.path} is being replicated. Try again when that has ended.`;
      throw new SiteRecoveryError("Busy", message, { target: this.path });
    }
    this.#endSnapshot("abandon");
  }
}

/**
 * What the owner of a disk knows of its changes: the logs on disk and, merged from them, two sets of blocks.
 * *Pending* blocks go into the next snapshot, those *in transit* belong to the snapshot being replicated now.
 *
 * The log is appended to before the data is written, so a killed process may repeat a change but never lose
 * one. It is not synced on every flush: that would double the price of a flush and still not be enough, as
 * after a power cut the image may hold data that was not flushed and is in no log. Instead, `opened` and
 * `closed` records tell whether power was lost while a writer had the disk, which asks for a resync (as an
 * unclean stop of a Hyper-V host does).
 *
 * What other programs do to the image is in no log. The log therefore keeps the image's inode, size and times as they
 * were after the owner's last write, and every look compares them.
 */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { assert, SiteRecoveryError } from "../errors.ts";
import { randomHex, systemRandom } from "../random.ts";
import { BlockSet } from "./block-set.ts";
import { LiveLog, liveLogPath, newLogPath, sealedLogPath, syncLog } from "./change-log.ts";
import { replaceLiveLog } from "./replace-live-log.ts";
import type { ChangeRecord } from "./change-log-format.ts";
import { blockCountOf, isHalfOfDisk } from "./disk.ts";
import type { ResyncReason } from "./disk.ts";
import type { Lineage } from "../model/lineage.ts";
import type { ImageWatch } from "./image-watch.ts";
import { lineageOf } from "./lineage.ts";
import { readLogs } from "./read-logs.ts";
import type { LogsOfDisk } from "./read-logs.ts";
import { said } from "../message.ts";

export interface TrackedImage {
  readonly files: FileSystem;
  readonly diskPath: string;
  readonly sizeBytes: number;
  readonly bootId: string;
}

/** What is found when a disk is opened, and no log says. */
const foundAtOpening = ["PowerLost", "ChangedUntracked"] as const;

export class ChangeTracking {
  readonly #image: TrackedImage;
  readonly #watch: ImageWatch;
  readonly #trackingId: string;
  #live: LiveLog;
  #pending: BlockSet;
  #inTransit: BlockSet | undefined;
  #reasons: Set<ResyncReason>;
  #writing = false;
  #failure: unknown;

  private constructor(image: TrackedImage, watch: ImageWatch, logs: LogsOfDisk) {
    this.#image = image;
    this.#watch = watch;
    this.#trackingId = logs.trackingId ?? randomHex(systemRandom, 16);
    this.#pending = logs.pending;
    this.#reasons = new Set(logs.reasons);
    const { live } = logs;
    const header = live?.header;
    const isWhole = header?.logId !== undefined && !live?.reasons.has("LogDamaged");
    if (live !== undefined && isWhole && header.diskSizeBytes === image.sizeBytes) {
      this.#live = LiveLog.continue(image.files, live, header);
      // Only what the log itself does not say needs a record; the rest was found in it or in a sealed log.
      for (const reason of foundAtOpening) {
        if (!logs.reasons.has(reason) || logs.recordedReasons.has(reason)) continue;
        this.#live.append({ kind: "resync", reason });
      }
    } else {
      this.#live = this.#replaceLive(live === undefined ? undefined : logs.nextNumber, logs);
    }
  }

  /**
   * Takes over the logs of a disk, cuts a torn tail and begins a log where there is none that can be
   * continued. Logs up to number `inTransitThrough` belong to a snapshot that is still open.
   */
  static open(image: TrackedImage, watch: ImageWatch, inTransitThrough: number | undefined): ChangeTracking {
    image.files.remove(newLogPath(image.diskPath));
    const look = { facts: () => watch.known, mayWrite: false };
    const tracking = new ChangeTracking(image, watch, readLogs(image, { after: inTransitThrough }, look));
    if (inTransitThrough !== undefined) {
      tracking.#inTransit = readLogs(image, { through: inTransitThrough }).pending;
    }
    return tracking;
  }

  get trackingId(): string {
    return this.#trackingId;
  }

  get liveNumber(): number {
    return this.#live.header.logNumber;
  }

  /** Which log has what changes from now on. */
  get lineage(): Lineage {
    const lineage = lineageOf(this.#live.header);
    assert(lineage !== undefined, "a live log has an id");
    return lineage;
  }

  /**
   * Notes that these blocks are about to change. Throws when the log can't be written: then nothing may be
   * written.
   */
  note(firstBlock: number, blockCount: number): void {
    if (this.#failure !== undefined) throw this.#failed();
    if (!this.#pending.hasRange(firstBlock, blockCount)) {
      this.#live.append({ kind: "changed", firstBlock, blockCount });
      this.#pending.addRange(firstBlock, blockCount);
    }
    this.#markWhenHalf();
  }

  /** The owner is about to write, and changes that it did not make are noted. Throws as `note`. */
  beginWrite(): void {
    if (this.#watch.hasChanged()) this.noteResync("ChangedUntracked");
    this.#live.keepState({ isWriting: true, facts: this.#watch.known });
  }

  /** The write has ended, well or not. */
  endWrite(): void {
    try {
      this.#watch.accept();
      this.#live.keepState({ isWriting: false, facts: this.#watch.known });
    } catch {
      // The write itself is done and on record. Without its end the next look finds a change too many at worst.
    }
  }

  noteResync(reason: ResyncReason): void {
    if (this.#reasons.has(reason)) return;
    this.#live.append({ kind: "resync", reason });
    this.#reasons.add(reason);
  }

  /** A writer begins: durable before its first write. */
  markOpened(): void {
    this.#look();
    // The record comes first: a state that a kill leaves torn is expected of a disk that is open, and damage of one that
    // is closed.
    this.#live.append({ kind: "opened", boot: this.#image.bootId });
    this.#live.keepState({ isWriting: false, facts: this.#watch.known });
    this.#live.sync();
    this.#image.files.syncFolder(path.dirname(this.#image.diskPath));
    this.#writing = true;
  }

  /** The last writer is gone and the image is synced. */
  markClosed(sealedLogs: readonly string[]): void {
    for (const logPath of sealedLogs) syncLog(this.#image.files, logPath);
    this.#watch.settle();
    this.#look();
    this.#live.keepState({ isWriting: false, facts: this.#watch.known });
    this.#live.append({ kind: "closed" });
    this.#live.sync();
    this.#image.files.syncFolder(path.dirname(this.#image.diskPath));
    this.#writing = false;
  }

  /**
   * Puts the live log aside and begins a new one. What was pending is in transit from now on. Returns its
   * number, and why a resync is needed: the log that is put aside does not say so if it was exchanged.
   */
  seal(): { sealedThrough: number; reasons: ResyncReason[] } {
    if (this.#failure !== undefined) throw this.#failed();
    if (!this.#writing) this.#watch.settle();
    this.#look();
    const sealedNumber = this.#live.header.logNumber;
    const former = this.#live;
    this.#live = this.#replaceLive(sealedNumber, undefined);
    former.close();
    this.#inTransit = this.#pending;
    this.#pending = new BlockSet(blockCountOf(this.#image.sizeBytes));
    const reasons = [...this.#reasons];
    this.#reasons = new Set();
    // The recovery point will name the new log: it must not be gone after a power cut.
    if (!this.#writing) this.#image.files.syncFolder(path.dirname(this.#image.diskPath));
    return { sealedThrough: sealedNumber, reasons };
  }

  /** What was in transit has arrived: its logs are deleted. */
  forget(sealedLogs: readonly string[]): void {
    // The new log has its name before the old ones go, or a power cut would leave a disk without any. While a writer
    // has the disk its bytes may be lost: a power cut then asks for a resync in any case.
    this.#image.files.syncFolder(path.dirname(this.#image.diskPath));
    for (const logPath of sealedLogs) this.#image.files.remove(logPath);
    this.#inTransit = undefined;
  }

  /** What was in transit did not arrive: it is pending again. `reasons` are the reasons in its logs. */
  takeBack(reasons: Iterable<ResyncReason>): void {
    if (this.#inTransit !== undefined) this.#pending.addAll(this.#inTransit);
    this.#inTransit = undefined;
    for (const reason of reasons) this.#reasons.add(reason);
    this.#markWhenHalf();
  }

  /** Begins again with nothing pending, as after a full copy by other means. */
  reset(otherLogs: readonly string[]): void {
    const former = this.#live;
    const number = former.header.logNumber;
    this.#watch.settle();
    this.#watch.accept();
    this.#live = this.#replaceLive(number, undefined);
    former.close();
    this.#pending = new BlockSet(blockCountOf(this.#image.sizeBytes));
    this.#reasons = new Set();
    this.forget([...otherLogs, sealedLogPath(this.#image.diskPath, number)]);
  }

  close(): void {
    this.#live.close();
  }

  /** Notes what another program has done to the image. */
  #look(): void {
    if (this.#watch.hasChanged() || this.#watch.isReplaced()) this.noteResync("ChangedUntracked");
  }

  #failed(): SiteRecoveryError {
    const message = said`The log of ${this.#image.diskPath} failed before. Close the disk and open it again.`;
    return new SiteRecoveryError("IoFailed", message, {
      target: this.#image.diskPath,
      cause: this.#failure,
    });
  }

  #markWhenHalf(): void {
    if (isHalfOfDisk(this.#pending.count, this.#pending.limit)) this.noteResync("HalfOfDisk");
  }

  #replaceLive(sealedNumber: number | undefined, found: LogsOfDisk | undefined): LiveLog {
    const { files, diskPath, sizeBytes, bootId } = this.#image;
    const logNumber = sealedNumber === undefined ? (found?.nextNumber ?? 1) : sealedNumber + 1;
    const records: ChangeRecord[] = [];
    for (const reason of found?.reasons ?? []) {
      if (!found?.recordedReasons.has(reason)) records.push({ kind: "resync", reason });
    }
    if (this.#writing) records.push({ kind: "opened", boot: bootId });
    const logId = randomHex(systemRandom, 16);
    const header = { logNumber, diskSizeBytes: sizeBytes, trackingId: this.#trackingId, logId };
    const image = { isWriting: false, facts: this.#watch.known };
    const durable = !this.#writing;
    try {
      return replaceLiveLog({ files, diskPath, header, records, image, sealedNumber, durable });
    } catch (error) {
      // Without a live log whatever were noted would not be found again. Only a new start mends that.
      if (!files.exists(liveLogPath(diskPath))) this.#failure = error;
      throw error;
    }
  }
}

/**
 * What the owner of a disk knows of its changes: the logs on disk and, merged from them, two sets of blocks.
 * *Pending* blocks go into the next snapshot, those *in transit* belong to the snapshot being replicated now.
 *
 * The log is appended to before the data is written, so a killed process may repeat a change but never lose
 * one. It is not synced on every flush: that would double the price of a flush and still not be enough, as
 * after a power cut the image may hold data that nobody flushed and no log knows of. Instead, `opened` and
 * `closed` records tell whether power was lost while a writer had the disk, which asks for a resync (as an
 * unclean stop of a Hyper-V host does).
 */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { systemRandom } from "../random.ts";
import { BlockSet } from "./block-set.ts";
import { LiveLog, liveLogPath, newLogPath, sealedLogPath, syncLog } from "./change-log.ts";
import { replaceLiveLog } from "./replace-live-log.ts";
import type { ChangeRecord } from "./change-log-format.ts";
import { blockCountOf } from "./disk.ts";
import type { ResyncReason } from "./disk.ts";
import { readLogs } from "./read-logs.ts";
import type { LogsOfDisk } from "./read-logs.ts";

export interface TrackedImage {
  readonly files: FileSystem;
  readonly diskPath: string;
  readonly sizeBytes: number;
  readonly bootId: string;
}

export class ChangeTracking {
  readonly #image: TrackedImage;
  readonly #trackingId: string;
  #live: LiveLog;
  #pending: BlockSet;
  #inTransit: BlockSet | undefined;
  #reasons: Set<ResyncReason>;
  #writing = false;
  #failure: unknown;

  private constructor(image: TrackedImage, logs: LogsOfDisk) {
    this.#image = image;
    this.#trackingId = logs.trackingId ?? Buffer.from(systemRandom.bytes(16)).toString("hex");
    this.#pending = logs.pending;
    this.#reasons = new Set(logs.reasons);
    const { live } = logs;
    const goesOn = live?.header?.diskSizeBytes === image.sizeBytes && !live.reasons.has("LogDamaged");
    if (goesOn && live?.header !== undefined) {
      this.#live = LiveLog.continue(image.files, live, live.header);
      // Only what the log itself does not say needs a record; the rest was found in it or in a sealed log.
      if (logs.reasons.has("PowerLost") && !logs.recordedReasons.has("PowerLost")) {
        this.#live.append({ kind: "resync", reason: "PowerLost" });
      }
    } else {
      this.#live = this.#replaceLive(live === undefined ? undefined : logs.nextNumber, logs);
    }
  }

  /**
   * Takes over the logs of a disk, cuts a torn tail and begins a log where there is none that can be
   * continued. Logs up to number `inTransitThrough` belong to a snapshot that goes on.
   */
  static open(image: TrackedImage, inTransitThrough: number | undefined): ChangeTracking {
    image.files.remove(newLogPath(image.diskPath));
    const tracking = new ChangeTracking(image, readLogs(image, { after: inTransitThrough }));
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

  noteResync(reason: ResyncReason): void {
    if (this.#reasons.has(reason)) return;
    this.#live.append({ kind: "resync", reason });
    this.#reasons.add(reason);
  }

  /** A writer begins: durable before its first write. */
  markOpened(): void {
    this.#live.append({ kind: "opened", boot: this.#image.bootId });
    this.#live.sync();
    this.#image.files.syncFolder(path.dirname(this.#image.diskPath));
    this.#writing = true;
  }

  /** The last writer is gone and the image is synced. */
  markClosed(sealedLogs: readonly string[]): void {
    for (const logPath of sealedLogs) syncLog(this.#image.files, logPath);
    this.#live.append({ kind: "closed" });
    this.#live.sync();
    this.#image.files.syncFolder(path.dirname(this.#image.diskPath));
    this.#writing = false;
  }

  /**
   * Puts the live log aside and begins a new one. What was pending is in transit from now on. Returns its
   * number.
   */
  seal(): number {
    if (this.#failure !== undefined) throw this.#failed();
    const sealedNumber = this.#live.header.logNumber;
    const former = this.#live;
    this.#live = this.#replaceLive(sealedNumber, undefined);
    former.close();
    this.#inTransit = this.#pending;
    this.#pending = new BlockSet(blockCountOf(this.#image.sizeBytes));
    this.#reasons = new Set();
    if (!this.#writing) this.#image.files.syncFolder(path.dirname(this.#image.diskPath));
    return sealedNumber;
  }

  /** What was in transit has arrived: its logs are deleted. */
  forget(sealedLogs: readonly string[]): void {
    // The new log must be durable before the old ones go, or a power cut could leave a disk that looks
    // unchanged.
    this.#live.sync();
    this.#image.files.syncFolder(path.dirname(this.#image.diskPath));
    for (const logPath of sealedLogs) this.#image.files.remove(logPath);
    this.#inTransit = undefined;
  }

  /** What was in transit did not arrive: it is pending again. `reasons` are those of its logs. */
  takeBack(reasons: Iterable<ResyncReason>): void {
    if (this.#inTransit !== undefined) this.#pending.addAll(this.#inTransit);
    this.#inTransit = undefined;
    for (const reason of reasons) this.#reasons.add(reason);
    this.#markWhenHalf();
  }

  /** Begins anew with nothing pending, as after a full copy by other means. */
  reset(otherLogs: readonly string[]): void {
    const former = this.#live;
    const number = former.header.logNumber;
    this.#live = this.#replaceLive(number, undefined);
    former.close();
    this.#pending = new BlockSet(blockCountOf(this.#image.sizeBytes));
    this.#reasons = new Set();
    this.forget([...otherLogs, sealedLogPath(this.#image.diskPath, number)]);
  }

  close(): void {
    this.#live.close();
  }

  #failed(): SiteRecoveryError {
    const message = `The log of ${this.#image.diskPath} failed before. Close the disk and open it again.`;
    return new SiteRecoveryError("IoFailed", message, {
      target: this.#image.diskPath,
      cause: this.#failure,
    });
  }

  /** HW-4b: at half of the disk a delta is worth no more than a resync. Counted in blocks, each once. */
  #markWhenHalf(): void {
    if (this.#pending.count * 2 < this.#pending.limit || this.#pending.limit === 0) return;
    this.noteResync("HalfOfDisk");
  }

  #replaceLive(sealedNumber: number | undefined, found: LogsOfDisk | undefined): LiveLog {
    const { files, diskPath, sizeBytes, bootId } = this.#image;
    const logNumber = sealedNumber === undefined ? (found?.nextNumber ?? 1) : sealedNumber + 1;
    const records: ChangeRecord[] = [];
    for (const reason of found?.reasons ?? []) {
      if (!found?.recordedReasons.has(reason)) records.push({ kind: "resync", reason });
    }
    if (this.#writing) records.push({ kind: "opened", boot: bootId });
    const header = { logNumber, diskSizeBytes: sizeBytes, trackingId: this.#trackingId };
    try {
      return replaceLiveLog({ files, diskPath, header, records, sealedNumber, durable: !this.#writing });
    } catch (error) {
      // Without a live log whatever were noted would not be found again. Only a new start mends that.
      if (!files.exists(liveLogPath(diskPath))) this.#failure = error;
      throw error;
    }
  }
}

/**
 * Merges the change logs of a disk into one picture, without changing anything: for the owner and for
 * onlookers.
 */
import type { FileFacts, FileSystem } from "../blocks/file-system.ts";
import { BlockSet } from "./block-set.ts";
import { findLogs, scanLog } from "./change-log.ts";
import type { ScannedLog } from "./change-log.ts";
import type { ChangeLogHeader } from "./change-log-format.ts";
import { blockCountOf } from "./disk.ts";
import type { ResyncReason } from "./disk.ts";
import { isAsLeft } from "./image-state.ts";

export interface LogsOfDisk {
  readonly live: ScannedLog | undefined;
  readonly pending: BlockSet;
  readonly reasons: ReadonlySet<ResyncReason>;
  /** The reasons that a record says, or that every reader finds itself. */
  readonly recordedReasons: ReadonlySet<ResyncReason>;
  readonly trackingId: string | undefined;
  /** Of the logs that count, oldest first; `undefined` for a damaged one. */
  readonly headers: readonly (ChangeLogHeader | undefined)[];
  /** A log number that no log has had, and higher than all. */
  readonly nextNumber: number;
  readonly logBytes: number;
}

export interface ReadLogsInput {
  readonly files: FileSystem;
  readonly diskPath: string;
  readonly sizeBytes: number;
  readonly bootId: string;
}

/** A look at the image itself, to find what no log knows of. */
export interface ImageLook {
  facts(): FileFacts;
  /** Whether a writer may be at work: true for an onlooker, false for who has just claimed the disk. */
  readonly mayWrite: boolean;
}

/**
 * Which logs count: those after a number, or those through a number (which the live one is not). Default:
 * all.
 */
export interface LogRange {
  readonly after?: number | undefined;
  readonly through?: number | undefined;
}

/**
 * A sealed log that vanishes meanwhile has been completed; a live one that does so surfaces as `NotFound`.
 */
export function readLogs(input: ReadLogsInput, range: LogRange = {}, look?: ImageLook): LogsOfDisk {
  const places = findLogs(input.files, input.diskPath);
  const pending = new BlockSet(blockCountOf(input.sizeBytes));
  const aside = new BlockSet(pending.limit);
  const counts = (logNumber: number): boolean =>
    logNumber > (range.after ?? -1) && logNumber <= (range.through ?? Number.MAX_SAFE_INTEGER);
  const logs: { scanned: ScannedLog; counted: boolean }[] = [];
  for (const { path, logNumber } of places.sealed) {
    const counted = counts(logNumber);
    logs.push({ scanned: scanLog(input.files, path, counted ? pending : aside), counted });
  }
  let live: ScannedLog | undefined;
  if (places.live !== undefined && range.through === undefined) {
    live = scanLog(input.files, places.live, pending);
    logs.push({ scanned: live, counted: true });
  }
  const recordedReasons = new Set<ResyncReason>();
  for (const { scanned } of logs.filter((log) => log.counted)) {
    for (const reason of scanned.reasons) recordedReasons.add(reason);
    const { header } = scanned;
    if (header !== undefined && header.diskSizeBytes !== input.sizeBytes) recordedReasons.add("SizeChanged");
  }
  const all = logs.map((log) => log.scanned);
  const reasons = new Set(recordedReasons);
  // A log that does not count had its power cut noted when the log after it began.
  const lastState = logs.findLast((log) => log.counted && log.scanned.openedIn !== undefined)?.scanned
    .openedIn;
  if (lastState !== undefined && lastState !== "closed" && lastState !== input.bootId)
    reasons.add("PowerLost");
  if (all.length === 0 && range.through === undefined) reasons.add("NewTracking");
  const counted = logs.filter((log) => log.counted).map((log) => log.scanned);
  if (look !== undefined && !reasons.has("PowerLost") && !reasons.has("SizeChanged")) {
    if (wasChanged(input, counted, { look, isOpen: lastState === input.bootId }))
      reasons.add("ChangedUntracked");
  }
  const numbers = [...places.sealed.map((log) => log.logNumber), live?.header?.logNumber ?? 0];
  return {
    live,
    pending,
    reasons,
    recordedReasons,
    trackingId: all.findLast((log) => log.header !== undefined)?.header?.trackingId,
    headers: counted.map((log) => log.header),
    nextNumber: Math.max(...numbers) + 1,
    logBytes: all.reduce((sum, log) => sum + log.sizeBytes, 0),
  };
}

/** Whether the image is another one than the newest log says, which no log can explain. */
function wasChanged(
  { files }: ReadLogsInput,
  logs: readonly ScannedLog[],
  { look, isOpen }: { look: ImageLook; isOpen: boolean },
): boolean {
  const newest = logs.at(-1);
  if (newest?.imageState === undefined) return false;
  const logChangedAt = files.facts(newest.path).changedAtNs;
  const image = look.facts();
  return !isAsLeft(newest.imageState, { image, logChangedAt, isOpen, mayWrite: look.mayWrite });
}

/**
 * One change log file: read as a whole, or written record by record.
 *
 * A record that is cut short at the end of the file belongs to a write that was never acknowledged, nor
 * begun: it is dropped. A whole record that does not match its checksum is damage, wherever it is,
 * because it may have been an acknowledged change; the disk then needs a resync.
 */
import path from "node:path";
import type { FileSystem, OpenFile } from "../blocks/file-system.ts";
import type { BlockSet } from "./block-set.ts";
import { decodeHeader, decodeRecord, encodeHeader, encodeRecord } from "./change-log-format.ts";
import { headerBytes, recordBytes, recordsPosition } from "./change-log-format.ts";
import type { ChangeLogHeader, ChangeRecord } from "./change-log-format.ts";
import type { ResyncReason } from "./disk.ts";
import { decodeImageState, encodeImageState, placeBytes } from "./image-state.ts";
import type { ImageState, ReadState } from "./image-state.ts";

/** Where a disk's logs are. The live one is written to, the others were sealed by snapshots. */
export interface LogPlaces {
  readonly live: string | undefined;
  readonly sealed: readonly { readonly path: string; readonly logNumber: number }[];
}

export const liveLogPath = (diskPath: string): string => `${diskPath}.hrl`;
export const newLogPath = (diskPath: string): string => `${diskPath}.hrl.new`;
export const sealedLogPath = (diskPath: string, logNumber: number): string => `${diskPath}.hrl.${logNumber}`;

export function findLogs(files: FileSystem, diskPath: string): LogPlaces {
  const prefix = `${path.basename(diskPath)}.hrl`;
  const names = files.list(path.dirname(diskPath)).filter((name) => name.startsWith(prefix));
  const sealed = names
    .filter((name) => /^\.[0-9]+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length + 1)))
    .sort((left, right) => left - right)
    .map((logNumber) => ({ path: sealedLogPath(diskPath, logNumber), logNumber }));
  return { live: names.includes(prefix) ? liveLogPath(diskPath) : undefined, sealed };
}

export interface ScannedLog {
  readonly path: string;
  /** Absent when it is damaged. */
  readonly header: ChangeLogHeader | undefined;
  readonly reasons: ReadonlySet<ResyncReason>;
  /** The boot in which a writer opened the disk, `closed`, or `undefined` if the log says neither. */
  readonly openedIn: string | undefined;
  /** The image as the owner left it; absent in a log of the first version. */
  readonly imageState: ImageState | undefined;
  readonly recordCount: number;
  readonly sizeBytes: number;
}

const readAtOnceBytes = recordBytes * 65_536;

/**
 * Reads a log; adds what it says has changed to `into`. Blocks outside of the disk, of a former size, are
 * left out.
 */
export function scanLog(files: FileSystem, logPath: string, into: BlockSet): ScannedLog {
  const file = files.open(logPath, "read");
  try {
    return scanOpenLog(file, into);
  } finally {
    file.close();
  }
}

function scanOpenLog(file: OpenFile, into: BlockSet): ScannedLog {
  const { sizeBytes } = file.size();
  const reasons = new Set<ResyncReason>();
  let openedIn: string | undefined;
  let recordCount = 0;
  const headerBuffer = Buffer.alloc(headerBytes);
  file.read(headerBuffer, 0);
  const header = decodeHeader(headerBuffer);
  if (header === undefined) reasons.add("LogDamaged");
  else if (header.logId === undefined) reasons.add("LogOutdated");
  const seed = headerBuffer.readUInt32LE(60);
  const { state: imageState, isTorn } = readImageState(file, header, seed);
  const start = header === undefined ? 0 : recordsPosition(header);
  const total = header === undefined ? 0 : Math.max(0, Math.floor((sizeBytes - start) / recordBytes));
  const buffer = Buffer.alloc(Math.min(readAtOnceBytes, total * recordBytes));
  while (recordCount < total) {
    const length = Math.min(buffer.length, (total - recordCount) * recordBytes);
    const part = buffer.subarray(0, file.read(buffer.subarray(0, length), start + recordCount * recordBytes));
    for (let at = 0; at + recordBytes <= part.length; at += recordBytes) {
      const record = decodeRecord(part, at, seed, recordCount);
      recordCount += 1;
      if (record === undefined) reasons.add("LogDamaged");
      else if (record.kind === "changed") addWithinDisk(into, record.firstBlock, record.blockCount);
      else if (record.kind === "resync") reasons.add(record.reason);
      else openedIn = record.kind === "opened" ? record.boot : "closed";
    }
    if (part.length < length) break;
  }
  // A writer that dies may leave one of the two states torn; one that closes the disk leaves both whole.
  const mayBeTorn = imageState !== undefined && openedIn !== undefined && openedIn !== "closed";
  if (isTorn && !mayBeTorn) reasons.add("LogDamaged");
  return { path: file.path, header, reasons, openedIn, imageState, recordCount, sizeBytes };
}

/** A log without a header that can be read, or of the first version, has no state. */
function readImageState(file: OpenFile, header: ChangeLogHeader | undefined, seed: number): ReadState {
  if (header?.logId === undefined) return { state: undefined, isTorn: false };
  const bytes = Buffer.alloc(2 * placeBytes);
  return decodeImageState(bytes.subarray(0, file.read(bytes, headerBytes)), seed);
}

function addWithinDisk(into: BlockSet, firstBlock: number, blockCount: number): void {
  const end = Math.min(into.limit, firstBlock + blockCount);
  if (firstBlock < end) into.addRange(firstBlock, end - firstBlock);
}

/** Makes a log durable that is not written to any more. */
export function syncLog(files: FileSystem, logPath: string): void {
  const file = files.open(logPath, "readWrite");
  try {
    file.sync();
  } finally {
    file.close();
  }
}

/** A log that is being written. Only the disk's owner has one. */
export class LiveLog {
  readonly header: ChangeLogHeader;
  readonly #file: OpenFile;
  readonly #seed: number;
  readonly #start: number;
  #recordCount: number;
  #stateCount: bigint;
  readonly #buffer = Buffer.alloc(recordBytes);

  private constructor(file: OpenFile, header: ChangeLogHeader, recordCount: number, stateCount: bigint) {
    this.header = header;
    this.#file = file;
    this.#seed = encodeHeader(header).readUInt32LE(60);
    this.#start = recordsPosition(header);
    this.#recordCount = recordCount;
    this.#stateCount = stateCount;
  }

  /** A new log at a temporary name; the caller renames it. */
  static create(
    files: FileSystem,
    logPath: string,
    header: ChangeLogHeader,
    image: Omit<ImageState, "count">,
  ): LiveLog {
    files.remove(logPath);
    const file = files.open(logPath, "createNew");
    try {
      const log = new LiveLog(file, header, 0, 0n);
      file.write(encodeHeader(header), 0);
      // Both places, so that the first record does not come behind a hole.
      for (let place = 0; place < 2; place += 1) log.keepState(image);
      return log;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Goes on with a log that was scanned and found whole. */
  static continue(files: FileSystem, scanned: ScannedLog, header: ChangeLogHeader): LiveLog {
    const file = files.open(scanned.path, "readWrite");
    try {
      const wholeBytes = recordsPosition(header) + scanned.recordCount * recordBytes;
      if (scanned.sizeBytes > wholeBytes) file.truncate(wholeBytes);
    } catch (error) {
      file.close();
      throw error;
    }
    return new LiveLog(file, header, scanned.recordCount, scanned.imageState?.count ?? 0n);
  }

  /** Throws when there is no space; what a failed call left behind is overwritten by the next one. */
  append(record: ChangeRecord): void {
    encodeRecord(this.#buffer, 0, record, this.#seed, this.#recordCount);
    this.#file.write(this.#buffer, this.#start + this.#recordCount * recordBytes);
    this.#recordCount += 1;
  }

  /** Writes down how the image is now, over the older of the two states. Throws as `append`. */
  keepState(image: Omit<ImageState, "count">): void {
    const count = this.#stateCount + 1n;
    const place = headerBytes + Number(count % 2n) * placeBytes;
    this.#file.write(encodeImageState({ ...image, count }, this.#seed), place);
    this.#stateCount = count;
  }

  sync(): void {
    this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }
}

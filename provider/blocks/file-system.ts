/**
 * The door to the file system for everything that must survive a crash: disk images, change logs, segments
 * and recovery-point maps. It exists so that a test can make the n-th call fail, cut a write short or lose
 * what was not synced. It knows nothing of what the bytes mean.
 *
 * Reads and writes are synchronous: on local files they take microseconds, a promise costs more than the
 * call itself, and worker threads keep them off the main loop. Only `sync`, which waits for the device, has
 * an asynchronous form as well.
 */
import fs from "node:fs";
import path from "node:path";
import { SiteRecoveryError } from "../errors.ts";
import { type FileFacts, factsOf } from "./file-facts.ts";
import { openDescriptor, type OpenMode } from "./open-descriptor.ts";
import { beginWriting } from "./begin-writing.ts";
import { type LockAnswer, lockDescriptor } from "./lock-descriptor.ts";
import { type Extent, seekExtent } from "./seek-extents.ts";
import { renameToNew } from "./rename-to-new.ts";
import { randomHex, systemRandom } from "../random.ts";
import { translateFileError } from "./translate-file-error.ts";

export type { FileFacts } from "./file-facts.ts";
export type { OpenMode } from "./open-descriptor.ts";

export interface OpenFile {
  readonly path: string;
  /** Fills as much of `buffer` as the file has from `position` on; returns the bytes read. */
  read(buffer: Uint8Array, position: number): number;
  /** Writes all of `buffer` at `position`. Throws `DiskFull` or `IoFailed`; part of it may have been written. */
  write(buffer: Uint8Array, position: number): void;
  /** Makes everything written so far survive a power cut. After a failure the file must not be trusted again. */
  sync(): void;
  syncLater(): Promise<void>;
  /**
   * Asks the system to bring these bytes to the device while the work goes on, so that a later sync is short. Promises
   * nothing. Absent where that cannot be asked.
   */
  beginSync?(position: number, lengthBytes: number): void;
  truncate(sizeBytes: number): void;
  /**
   * The first bytes with data at or after `position`, or `undefined` if only holes follow. Absent where that cannot be
   * asked: then everything counts as data.
   */
  nextExtent?(position: number): Extent | undefined;
  /**
   * Takes the file for this open file alone, without waiting: no other open file of it, in whichever process or
   * container of this computer, is given it until this one is closed or its process ends. It does not stop others from reading
   * and writing. Absent where a file cannot be locked.
   */
  tryLock?(): LockAnswer;
  /** Size in bytes, and bytes really allocated (less where there are holes). */
  size(): { sizeBytes: number; allocatedBytes: number };
  facts(): FileFacts;
  close(): void;
}

export interface FileSystem {
  /** Two changes of a file within this many milliseconds may have the same time. */
  readonly timeStepMilliseconds: number;
  open(filePath: string, mode: OpenMode): OpenFile;
  exists(filePath: string): boolean;
  /** Facts of the file that has the name now, links followed. Throws `NotFound` if there is none. */
  facts(filePath: string): FileFacts;
  /** Bytes that can still be written below a folder, which need not be there yet. */
  freeBytes(folder: string): number;
  /** Whether files can be made in a folder, or in the nearest one above that is there. A read-only mount says no. */
  isWritable(folder: string): boolean;
  /** The absolute path without symbolic links: two names of one file have the same. */
  realPath(filePath: string): string;
  /** Names in a folder, sorted; an absent folder has none. */
  list(folder: string): string[];
  makeFolder(folder: string): void;
  rename(from: string, to: string): void;
  /** Gives a file another name that nothing has yet. False, and nothing changes, if something has it. */
  renameNew(from: string, to: string): boolean;
  /** Removes a file or a whole folder; absent is fine. */
  remove(filePath: string): void;
  /** Makes creations, renames and removals in a folder survive a power cut. */
  syncFolder(folder: string): void;
}

function attempt<T>(action: string, filePath: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translateFileError(error, action, filePath);
  }
}

class LocalFile implements OpenFile {
  readonly path: string;
  readonly #descriptor: number;

  constructor(filePath: string, descriptor: number) {
    this.path = filePath;
    this.#descriptor = descriptor;
  }

  read(buffer: Uint8Array, position: number): number {
    return attempt("read", this.path, () => {
      let done = 0;
      while (done < buffer.length) {
        const count = fs.readSync(this.#descriptor, buffer, done, buffer.length - done, position + done);
        if (count === 0) break;
        done += count;
      }
      return done;
    });
  }

  write(buffer: Uint8Array, position: number): void {
    attempt("write", this.path, () => {
      let done = 0;
      while (done < buffer.length) {
        done += fs.writeSync(this.#descriptor, buffer, done, buffer.length - done, position + done);
      }
    });
  }

  sync(): void {
    attempt("sync", this.path, () => fs.fsyncSync(this.#descriptor));
  }

  syncLater(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fsync(this.#descriptor, (error) => {
        if (error) reject(translateFileError(error, "sync", this.path));
        else resolve();
      });
    });
  }

  beginSync(position: number, lengthBytes: number): void {
    beginWriting(this.#descriptor, position, lengthBytes);
  }

  truncate(sizeBytes: number): void {
    attempt("resize", this.path, () => fs.ftruncateSync(this.#descriptor, sizeBytes));
  }

  nextExtent(position: number): Extent | undefined {
    return seekExtent(this.#descriptor, position, this.size().sizeBytes);
  }

  tryLock(): LockAnswer {
    return lockDescriptor(this.#descriptor);
  }

  size(): { sizeBytes: number; allocatedBytes: number } {
    const stat = attempt("stat", this.path, () => fs.fstatSync(this.#descriptor));
    return { sizeBytes: stat.size, allocatedBytes: stat.blocks * 512 };
  }

  facts(): FileFacts {
    return attempt("stat", this.path, () => factsOf(fs.fstatSync(this.#descriptor, { bigint: true })));
  }

  close(): void {
    attempt("close", this.path, () => fs.closeSync(this.#descriptor));
  }
}

/** The machine's own file system. Files are made for the owner alone (0600), folders 0700. */
/** A folder, or the nearest one above it that is there. */
function nearestFolder(folder: string): string {
  let there = path.resolve(folder);
  while (!fs.existsSync(there) && there !== path.dirname(there)) there = path.dirname(there);
  return there;
}

export const localFileSystem: FileSystem = {
  // Older kernels stamp files with the time of their last tick, which comes every 1 to 10 ms.
  timeStepMilliseconds: 12,
  open: (filePath, mode) =>
    attempt("open", filePath, () => new LocalFile(filePath, openDescriptor(filePath, mode))),
  exists: (filePath) => fs.existsSync(filePath),
  facts: (filePath) => attempt("stat", filePath, () => factsOf(fs.statSync(filePath, { bigint: true }))),
  isWritable: (folder) => {
    try {
      fs.accessSync(nearestFolder(folder), fs.constants.W_OK);
      return true;
    } catch {
      return false;
    }
  },
  freeBytes: (folder) => {
    const there = nearestFolder(folder);
    const { bavail, bsize } = attempt("ask for the space of", there, () => fs.statfsSync(there));
    return bavail * bsize;
  },
  realPath: (filePath) => attempt("find", filePath, () => fs.realpathSync.native(filePath)),
  list: (folder) => {
    if (!fs.existsSync(folder)) return [];
    return attempt("list", folder, () => fs.readdirSync(folder).sort());
  },
  makeFolder: (folder) => {
    attempt("make folder", folder, () => fs.mkdirSync(folder, { recursive: true, mode: 0o700 }));
  },
  rename: (from, to) => attempt("rename", from, () => fs.renameSync(from, to)),
  renameNew: (from, to) => attempt("rename", from, () => renameToNew(from, to)),
  remove: (filePath) =>
    attempt("remove", filePath, () => fs.rmSync(filePath, { recursive: true, force: true })),
  syncFolder: (folder) => {
    attempt("sync folder", folder, () => {
      const descriptor = fs.openSync(folder, fs.constants.O_RDONLY);
      try {
        fs.fsyncSync(descriptor);
      } finally {
        fs.closeSync(descriptor);
      }
    });
  },
};

/**
 * Makes a folder, and those above it that are missing, so that after a power cut they are there with what was made
 * durable inside. One that is there already may be what a killed process made, who had no time to make its name durable.
 */
export function makeFolderDurably(files: FileSystem, folder: string): void {
  if (!files.exists(folder)) files.makeFolder(folder);
  makeNameDurable(files, folder);
}

/** Makes the name of a file or folder that is there survive a power cut, with those of all folders above it. */
export function makeNameDurable(files: FileSystem, filePath: string): void {
  for (let at = files.realPath(filePath); at !== path.dirname(at); at = path.dirname(at)) {
    syncNamesIn(files, path.dirname(at));
  }
}

/** Answers of folders whose names are no file system's to keep, as those that an automounter shows. */
const unsyncable = new Set(["EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"]);

function syncNamesIn(files: FileSystem, folder: string): void {
  try {
    files.syncFolder(folder);
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    // What this process may not write it has not made: it is the system's or an administrator's.
    if (unsyncable.has(code ?? "") || !files.isWritable(folder)) return;
    throw error;
  }
}

/** How a file gets its name. */
export interface Publication {
  /** Where it is written first. If this file is taken away, it does not get its name. Default: beside it. */
  readonly temporary?: string;
  /** May throw right before the file gets its name. */
  check?(): void;
}

/**
 * Writes a small file so that after a crash either the old or the whole new content is there: temporary
 * name, write, sync, rename, sync of the folder. Of two that write at once, the last one to rename wins.
 */
export function writeAtomically(
  files: FileSystem,
  filePath: string,
  content: Uint8Array,
  publication: Publication = {},
): void {
  // A name of its own: with one for all, two writers would take each other's file away.
  const temporary = publication.temporary ?? `${filePath}.${randomHex(systemRandom, 6)}.new`;
  try {
    const file = files.open(temporary, "createNew");
    try {
      file.write(content, 0);
      file.sync();
    } finally {
      file.close();
    }
    publication.check?.();
    files.rename(temporary, filePath);
  } catch (error) {
    removeIfPossible(files, temporary);
    throw error;
  }
  files.syncFolder(path.dirname(filePath));
}

/** What failed to be written would only take space where there may be none. */
function removeIfPossible(files: FileSystem, filePath: string): void {
  try {
    files.remove(filePath);
  } catch (error) {
    if (!(error instanceof SiteRecoveryError)) throw error;
  }
}

/**
 * Locks and pins of one machine's folder. The lock lets one process at a time write to a machine's replica; a pin
 * keeps a recovery point from being dropped while it is read. Both are small files that name their process,
 * and the engine and epoch that it works under. Their process renews them as long as it works, since no other one can test a
 * process of another host or container for life. A lock goes to the next process when its own is dead, when it was not
 * renewed and its process cannot be tested, or when the same engine comes with a later epoch; and its former holder
 * finds that out before each change that counts.
 */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { isUnwritable } from "./reach-store.ts";
import { randomHex, systemRandom } from "../random.ts";
import { hold, holderAfterPause, holderOf, isHolding, type Release, type WriterEpoch } from "./lock-file.ts";
import { claimLost } from "./claim-lost.ts";
import { said } from "../message.ts";

export interface MachineLock {
  readonly release: Release;
  /**
   * What gets a name under the lock is written in here first. A process that takes the lock over removes the folder: so a
   * process that is woken between its last check and the naming names nothing.
   */
  readonly workFolder: string;
  /** Throws `LeaseLost` when another process has taken the lock over. */
  check(): void;
}

/** A lock that was not renewed for longer is free, if its process cannot be tested for life. In milliseconds. */
export const lockMilliseconds = 60_000;
/** The same for pins: a reader that stops for a while must not lose its point. */
const pinMilliseconds = 600_000;

const lockName = "writer.lock";
const workPrefix = "writer.work.";

/** Removes what former holders of the lock have prepared. */
function removeWorkFolders(files: FileSystem, folder: string): void {
  for (const name of files.list(folder)) {
    if (name.startsWith(workPrefix)) files.remove(path.join(folder, name));
  }
}

/** Takes the lock away from a process that wrote under an earlier epoch of the same engine. */
export function fenceMachine(files: FileSystem, folder: string, writer: WriterEpoch): void {
  const lockPath = path.join(folder, lockName);
  const holder = files.exists(lockPath) ? holderOf(files, lockPath) : undefined;
  const { engineId, epoch } = holder ?? {};
  if (engineId !== writer.engineId || epoch === undefined || epoch >= writer.epoch) return;
  removeStaleLock(files, lockPath, writer);
  removeWorkFolders(files, folder);
}

/** Takes the writer's lock of a machine folder. Throws `Busy` when another process has it. */
export function lockMachine(files: FileSystem, folder: string, writer?: WriterEpoch): MachineLock {
  const lockPath = path.join(folder, lockName);
  if (files.exists(lockPath)) removeStaleLock(files, lockPath, writer);
  try {
    const { holder, release } = hold(files, lockPath, writer);
    try {
      removeWorkFolders(files, folder);
    } catch (error) {
      release();
      throw error;
    }
    const workFolder = path.join(folder, `${workPrefix}${randomHex(systemRandom, 8)}`);
    const check = (): void => {
      if (holderOf(files, lockPath)?.text !== holder) throw claimLost(folder, lockPath);
    };
    return {
      workFolder,
      check,
      release: () => {
        try {
          files.remove(workFolder);
        } finally {
          release();
        }
      },
    };
  } catch (error) {
    if (hasCode(error, "AlreadyExists")) throw busy(lockPath, error);
    throw error;
  }
}

/** Clears a lock that counts no more; throws `Busy` when it does. */
function removeStaleLock(files: FileSystem, lockPath: string, writer: WriterEpoch | undefined): void {
  if (isHeld(files, lockPath, writer)) throw busy(lockPath);
  // By renaming, of several processes that find the stale lock only one gets it out of the way.
  const stale = `${lockPath}.${randomHex(systemRandom, 8)}`;
  try {
    files.rename(lockPath, stale);
  } catch (error) {
    if (hasCode(error, "NotFound")) throw busy(lockPath, error);
    throw error;
  }
  if (isHeld(files, stale, writer)) {
    // Another process was faster, and this is its new lock: it gets it back.
    files.rename(stale, lockPath);
    throw busy(lockPath);
  }
  files.remove(stale);
}

function isHeld(files: FileSystem, lockPath: string, writer: WriterEpoch | undefined): boolean {
  const holder = holderOf(files, lockPath) ?? holderAfterPause(files, lockPath);
  if (holder === undefined) return false;
  const { epoch, engineId } = holder;
  const isOutdated = writer?.engineId === engineId && epoch !== undefined && epoch < (writer?.epoch ?? 0);
  return !isOutdated && isHolding(files, lockPath, holder, lockMilliseconds);
}

function busy(lockPath: string, cause?: unknown): SiteRecoveryError {
  const folder = path.dirname(lockPath);
  const message = said`Another operation is writing this machine's replica in ${folder}.
      Try again when it is done.`;
  return new SiteRecoveryError("Busy", message, { target: lockPath, cause });
}

/**
 * Keeps a recovery point from being dropped until the returned function is called or the process ends. Where the store
 * cannot be written it does nothing: reading must work on a target that is read-only or full. Reading a point that is
 * dropped meanwhile fails with an error, as every block is verified.
 */
export function pinPoint(files: FileSystem, folder: string, pointId: string): Release {
  try {
    return makePin(files, folder, pointId);
  } catch (error) {
    // Node says of a new folder on a read-only file system that its place does not exist.
    const isReadOnly = isUnwritable(error) || (hasCode(error, "NotFound") && files.exists(folder));
    if (isReadOnly) return () => undefined;
    throw error;
  }
}

function makePin(files: FileSystem, folder: string, pointId: string): Release {
  const pins = path.join(folder, "pins");
  files.makeFolder(pins);
  const pinPath = path.join(pins, `${pointId}.${randomHex(systemRandom, 8)}`);
  return hold(files, pinPath, undefined).release;
}

/** The recovery points that living processes have pinned. Pins of dead ones are removed. */
export function pinnedPoints(files: FileSystem, folder: string): Set<string> {
  const pins = path.join(folder, "pins");
  const pinned = new Set<string>();
  for (const name of files.list(pins)) {
    const pinPath = path.join(pins, name);
    // What `ageOf` compares with; one that is left is a killed process's.
    if (name.endsWith(".now")) {
      files.remove(pinPath);
      continue;
    }
    const holder = holderOf(files, pinPath) ?? holderAfterPause(files, pinPath);
    if (holder !== undefined && isHolding(files, pinPath, holder, pinMilliseconds))
      pinned.add(name.slice(0, name.lastIndexOf(".")));
    else files.remove(pinPath);
  }
  return pinned;
}

/**
 * Locks and pins of one machine's folder. The lock lets one process at a time write to a machine's replica;
 * a pin keeps a recovery point from being dropped while somebody reads it. Both are small files that name
 * their process; what a dead process left is cleared by the next one.
 */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { systemRandom } from "../random.ts";
import { isAlive, processIdentity } from "../process-identity.ts";
import { readWholeFile } from "./read-whole-file.ts";

export type Release = () => void;

/** Takes the writer's lock of a machine folder. Throws `Busy` when a living process has it. */
export function lockMachine(files: FileSystem, folder: string): Release {
  const lockPath = path.join(folder, "writer.lock");
  if (files.exists(lockPath)) removeStaleLock(files, lockPath);
  try {
    writeHolder(files, lockPath);
  } catch (error) {
    if (isCode(error, "AlreadyExists")) throw busy(lockPath, error);
    throw error;
  }
  return () => files.remove(lockPath);
}

/** Clears the lock of a process that is gone; throws `Busy` when it is not. */
function removeStaleLock(files: FileSystem, lockPath: string): void {
  if (isHeld(files, lockPath)) throw busy(lockPath);
  // By renaming, of several processes that find the stale lock only one gets it out of the way.
  const stale = `${lockPath}.${Buffer.from(systemRandom.bytes(8)).toString("hex")}`;
  try {
    files.rename(lockPath, stale);
  } catch (error) {
    if (isCode(error, "NotFound")) throw busy(lockPath, error);
    throw error;
  }
  if (isHeld(files, stale)) {
    // Another process was faster, and this is its new lock: it gets it back.
    files.rename(stale, lockPath);
    throw busy(lockPath);
  }
  files.remove(stale);
}

function isHeld(files: FileSystem, lockPath: string): boolean {
  const holder = holderOf(files, lockPath) ?? holderAfterPause(files, lockPath);
  return holder !== undefined && isAlive(holder);
}

/** A lock without a name in it is being written this moment, or its writer was killed between two calls. */
function holderAfterPause(files: FileSystem, lockPath: string): string | undefined {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMilliseconds);
  return holderOf(files, lockPath);
}

const pauseMilliseconds = 50;

function busy(lockPath: string, cause?: unknown): SiteRecoveryError {
  const folder = path.dirname(lockPath);
  const message =
    `Another operation is writing this machine's replica in ${folder}. ` + "Try again when it is done.";
  return new SiteRecoveryError("Busy", message, { target: lockPath, cause });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof SiteRecoveryError && error.code === code;
}

/** Keeps a recovery point from being dropped until the returned function is called or the process ends. */
export function pinPoint(files: FileSystem, folder: string, pointId: string): Release {
  const pins = path.join(folder, "pins");
  files.makeFolder(pins);
  const pinPath = path.join(pins, `${pointId}.${Buffer.from(systemRandom.bytes(8)).toString("hex")}`);
  writeHolder(files, pinPath);
  return () => files.remove(pinPath);
}

/** The recovery points that living processes have pinned. Pins of dead ones are removed. */
export function pinnedPoints(files: FileSystem, folder: string): Set<string> {
  const pins = path.join(folder, "pins");
  const pinned = new Set<string>();
  for (const name of files.list(pins)) {
    const pinPath = path.join(pins, name);
    const holder = holderOf(files, pinPath);
    if (holder !== undefined && isAlive(holder)) pinned.add(name.slice(0, name.lastIndexOf(".")));
    else files.remove(pinPath);
  }
  return pinned;
}

function writeHolder(files: FileSystem, filePath: string): void {
  const file = files.open(filePath, "createNew");
  try {
    file.write(Buffer.from(JSON.stringify(processIdentity())), 0);
  } catch (error) {
    files.remove(filePath);
    throw error;
  } finally {
    file.close();
  }
}

/** Who made a lock or pin; undefined when it is gone or was never written whole. */
function holderOf(files: FileSystem, filePath: string): string | undefined {
  if (!files.exists(filePath)) return undefined;
  try {
    return JSON.parse(readWholeFile(files, filePath).toString("utf8")) as string;
  } catch {
    // Half-written by a process that was killed, or removed in between: nobody holds it.
    return undefined;
  }
}

/**
 * Locks and pins of one machine's folder. The lock lets one process at a time write to a machine's replica;
 * a pin keeps a recovery point from being dropped while somebody reads it. Both are small files that name
 * their process; what a dead process left is cleared by the next one.
 */
import path from "node:path";
import { crc32 } from "node:zlib";
import { threadId } from "node:worker_threads";
import type { FileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { systemRandom } from "../random.ts";
import { isAlive, processIdentity } from "../process-identity.ts";
import { readWholeFile } from "./read-whole-file.ts";

export type Release = () => void;

/**
 * The locks and pins of this thread that were not released yet. One whose file could not be removed then
 * would otherwise count for as long as the process lives.
 */
const held = new Set<string>();

/** Takes the writer's lock of a machine folder. Throws `Busy` when a living process has it. */
export function lockMachine(files: FileSystem, folder: string): Release {
  const lockPath = path.join(folder, "writer.lock");
  if (files.exists(lockPath)) removeStaleLock(files, lockPath);
  try {
    return hold(files, lockPath);
  } catch (error) {
    if (isCode(error, "AlreadyExists")) throw busy(lockPath, error);
    throw error;
  }
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
  return holder !== undefined && isHolding(holder);
}

/** Whether who made a lock or pin is alive and has not released it. */
function isHolding(holder: string): boolean {
  return holder.startsWith(ownHolders()) ? held.has(holder) : isAlive(holder);
}

function ownHolders(): string {
  return `${processIdentity()}:${threadId}:`;
}

/** A lock or pin without a name in it is being written this moment, or its writer was killed between two calls. */
function holderAfterPause(files: FileSystem, filePath: string): string | undefined {
  if (!files.exists(filePath)) return undefined;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMilliseconds);
  return holderOf(files, filePath);
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
  return hold(files, pinPath);
}

/** The recovery points that living processes have pinned. Pins of dead ones are removed. */
export function pinnedPoints(files: FileSystem, folder: string): Set<string> {
  const pins = path.join(folder, "pins");
  const pinned = new Set<string>();
  for (const name of files.list(pins)) {
    const pinPath = path.join(pins, name);
    const holder = holderOf(files, pinPath) ?? holderAfterPause(files, pinPath);
    if (holder !== undefined && isHolding(holder)) pinned.add(name.slice(0, name.lastIndexOf(".")));
    else files.remove(pinPath);
  }
  return pinned;
}

/** Makes a file that names this process and thread; the returned function removes it. */
function hold(files: FileSystem, filePath: string): Release {
  const holder = ownHolders() + Buffer.from(systemRandom.bytes(8)).toString("hex");
  const file = files.open(filePath, "createNew");
  try {
    file.write(encodeHolder(holder), 0);
  } catch (error) {
    files.remove(filePath);
    throw error;
  } finally {
    file.close();
  }
  held.add(holder);
  return () => {
    held.delete(holder);
    files.remove(filePath);
  };
}

/**
 * Who made a lock or pin; undefined when it is gone or was never written whole. Throws `Damaged` when it was
 * and has changed since: whether it is held is not known then.
 */
function holderOf(files: FileSystem, filePath: string): string | undefined {
  let content: Buffer;
  try {
    content = readWholeFile(files, filePath);
  } catch (error) {
    if (isCode(error, "NotFound")) return undefined;
    throw error;
  }
  // Cut short by a kill, or emptied by a power cut.
  if (content.length !== holderBytes || content.every((byte) => byte === 0)) return undefined;
  const text = content.toString("latin1");
  const holder = (/^"([^"]*)"/.exec(text) ?? [])[1];
  if (holder !== undefined && content.equals(encodeHolder(holder))) return holder;
  const message =
    `The lock ${filePath} is damaged, so it is not known whether somebody holds it. Remove it when no other ` +
    "process works on this store.";
  throw new SiteRecoveryError("Damaged", message, { target: filePath });
}

/** Of one length, so that one that was cut short is known from one that has changed. */
const holderBytes = 256;
const checksumDigits = 8;

function encodeHolder(holder: string): Buffer {
  const text = JSON.stringify(holder).padEnd(holderBytes - checksumDigits);
  return Buffer.from(text + crc32(text).toString(16).padStart(checksumDigits, "0"), "latin1");
}

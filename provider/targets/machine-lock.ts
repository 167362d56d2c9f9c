/**
 * Locks and pins of one machine's folder. The lock lets one process at a time write to a machine's replica;
 * a pin keeps a recovery point from being dropped while somebody reads it. Both are small files that name
 * their process; what a dead process left is cleared by the next one.
 */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { systemRandom } from "../random.ts";
import { isAlive, type ProcessIdentity, thisProcess } from "./process-identity.ts";
import { readWholeFile } from "./read-whole-file.ts";

export type Release = () => void;

/** Takes the writer's lock of a machine folder. Throws `Busy` when a living process has it. */
export function lockMachine(files: FileSystem, folder: string): Release {
  const lockPath = path.join(folder, "writer.lock");
  const holder = holderOf(files, lockPath);
  if (holder !== undefined && isAlive(holder)) {
    const message = `Another operation (process ${holder.pid}) is writing this machine's replica in ${folder}. Try again when it is done.`;
    throw new SiteRecoveryError("Busy", message, { target: lockPath });
  }
  if (files.exists(lockPath)) files.remove(lockPath);
  try {
    writeHolder(files, lockPath);
  } catch (error) {
    if (!(error instanceof SiteRecoveryError) || error.code !== "AlreadyExists") throw error;
    const message = `Another operation has just begun to write this machine's replica in ${folder}. Try again when it is done.`;
    throw new SiteRecoveryError("Busy", message, { target: lockPath, cause: error });
  }
  return () => files.remove(lockPath);
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
    file.write(Buffer.from(JSON.stringify(thisProcess())), 0);
  } catch (error) {
    files.remove(filePath);
    throw error;
  } finally {
    file.close();
  }
}

/** Who made a lock or pin; undefined when it is gone or was never written whole. */
function holderOf(files: FileSystem, filePath: string): ProcessIdentity | undefined {
  if (!files.exists(filePath)) return undefined;
  try {
    return JSON.parse(readWholeFile(files, filePath).toString("utf8")) as ProcessIdentity;
  } catch {
    // Half-written by a process that was killed, or removed in between: nobody holds it.
    return undefined;
  }
}

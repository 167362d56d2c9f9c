/**
 * The snapshots that this thread of this process has begun and not yet tried to end. One that its holder does
 * not know any more, because ending it failed half-way, would otherwise keep the disk busy for as long as the
 * process lives.
 */
import { threadId } from "node:worker_threads";
import type { FileSystem, OpenFile } from "../blocks/file-system.ts";
import type { LockAnswer } from "../blocks/lock-descriptor.ts";
import { systemClock } from "../clock.ts";
import { lifeOf, processIdentity } from "../process-identity.ts";

/** Who has a snapshot: a process and the thread in it. */
export interface SnapshotHolder {
  readonly processIdentity: string;
  readonly threadId: number;
  /** When it began to hold the snapshot, in milliseconds since 1970; absent in records of an earlier version. */
  readonly since?: number;
  /** The engine that took it, and the epoch of the lease that it worked under. */
  readonly engineId?: string;
  readonly epoch?: number;
}

/** Whether the same engine comes with a later lease: then no current work uses the snapshot any more. */
export function isSuperseded(holder: SnapshotHolder, by: SnapshotHolder | undefined): boolean {
  if (by?.epoch === undefined || holder.epoch === undefined || holder.engineId !== by.engineId) return false;
  return holder.epoch < by.epoch;
}

/** For each snapshot its file, locked by the kernel for as long as this process lives and holds it. */
const held = new Map<string, OpenFile | undefined>();

/** How long a holder takes at most from the snapshot's begin to the lock on its file, in milliseconds. */
const lockingMilliseconds = 60_000;
/** How long a snapshot counts as held where neither its process nor its lock can be tested, in milliseconds. */
const untestedMilliseconds = 86_400_000;

export function holdSnapshot(snapshotId: string): SnapshotHolder {
  held.set(snapshotId, undefined);
  return { processIdentity: processIdentity(), threadId, since: systemClock.now() };
}

/** Locks the file of a snapshot that has begun, so that processes of other containers see that it is held. */
export function lockSnapshot(snapshotId: string, files: FileSystem, snapshotPath: string): void {
  const file = files.open(snapshotPath, "read");
  if (file.tryLock === undefined || file.tryLock() !== "taken" || !held.has(snapshotId)) file.close();
  else held.set(snapshotId, file);
}

export function dropSnapshot(snapshotId: string): void {
  held.get(snapshotId)?.close();
  held.delete(snapshotId);
}

/** Whether a process that will end the snapshot still exists. `tryLock` tries to lock its file for a moment. */
export function isHeld(snapshotId: string, holder: SnapshotHolder, tryLock: () => LockAnswer): boolean {
  if (holder.processIdentity === processIdentity() && holder.threadId === threadId)
    return held.has(snapshotId);
  const life = lifeOf(holder.processIdentity);
  if (life !== "unknown") return life === "alive";
  // A process of another container: no pid says whether it lives.
  const age = holder.since === undefined ? Infinity : systemClock.now() - holder.since;
  if (age < lockingMilliseconds) return true;
  const answer = tryLock();
  return answer === "unsupported" ? age < untestedMilliseconds : answer === "busy";
}

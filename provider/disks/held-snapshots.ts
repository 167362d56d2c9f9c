/**
 * The snapshots that this thread of this process has begun and not yet tried to end. One that its holder does
 * not know any more, because ending it failed half-way, would otherwise keep the disk busy for as long as the
 * process lives.
 */
import { threadId } from "node:worker_threads";
import { isAlive, processIdentity } from "../process-identity.ts";

/** Who has a snapshot: a process and the thread in it. */
export interface SnapshotHolder {
  readonly processIdentity: string;
  readonly threadId: number;
  /** The engine that took it, and the epoch of the lease that it worked under. */
  readonly engineId?: string;
  readonly epoch?: number;
}

/** Whether the same engine comes with a later lease: then nobody works with the snapshot any more that counts. */
export function isSuperseded(holder: SnapshotHolder, by: SnapshotHolder | undefined): boolean {
  if (by?.epoch === undefined || holder.epoch === undefined || holder.engineId !== by.engineId) return false;
  return holder.epoch < by.epoch;
}

const held = new Set<string>();

export function holdSnapshot(snapshotId: string): SnapshotHolder {
  held.add(snapshotId);
  return { processIdentity: processIdentity(), threadId };
}

export function dropSnapshot(snapshotId: string): void {
  held.delete(snapshotId);
}

/** Whether somebody is still there who will end the snapshot. */
export function isHeld(snapshotId: string, holder: SnapshotHolder): boolean {
  const isOwn = holder.processIdentity === processIdentity() && holder.threadId === threadId;
  return isOwn ? held.has(snapshotId) : isAlive(holder.processIdentity);
}

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

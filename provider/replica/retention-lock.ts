/**
 * Retention locks: whatever a recovery point needs is locked until the policy would drop it, so that no one who gets hold of
 * the credentials can remove or replace it before.
 */
import pLimit from "p-limit";
import { hasCode } from "../errors.ts";
import type { Objects } from "../ports/objects.ts";
import type { MachineFolder } from "./machine-folder.ts";
import { neededObjects } from "./needed-objects.ts";
import type { RecoveryPointDisk } from "./recovery-point.ts";
import { storeKeyName } from "./store-key.ts";

const minute = 60_000;
/** A layer is locked for this share of the retention longer than asked for, so that not each cycle makes all locks longer. */
const slackShare = 1 / 8;

/** Until when objects of a place are locked at least, as far as this process has seen. */
const seen = new WeakMap<Objects, Map<string, number>>();

/** The locks that one cycle sets. */
export class RetentionLock {
  /** Until when a layer that is put now is locked, in milliseconds since 1970. */
  readonly layersUntil: number;
  readonly #objects: Objects;
  readonly #milliseconds: number;

  private constructor(objects: Objects, now: number, milliseconds: number) {
    this.#objects = objects;
    this.#milliseconds = milliseconds;
    this.layersUntil = now + milliseconds * (1 + slackShare);
  }

  /** `undefined` where nothing is to be locked: by the settings of the place, or because the policy keeps no history. */
  static async begin(objects: Objects, retentionMinutes: number): Promise<RetentionLock | undefined> {
    if (!objects.traits.retentionLock || retentionMinutes <= 0) return undefined;
    return new RetentionLock(objects, await objects.now(), retentionMinutes * minute);
  }

  /**
   * Locks what a recovery point needs that is about to be published, and what opens it. Locks are made longer, never shorter.
   * Returns until when the point itself is to be locked.
   */
  async cover(machine: MachineFolder, disks: readonly RecoveryPointDisk[]): Promise<number> {
    const until = (await this.#objects.now()) + this.#milliseconds;
    const known = seen.get(this.#objects) ?? new Map<string, number>();
    seen.set(this.#objects, known);
    const names = await Array.fromAsync(disks, (disk) => neededObjects(machine, disk));
    const short = names.flatMap((some) => [...some].filter((name) => (known.get(name) ?? 0) < until));
    const lock = async (name: string): Promise<void> => {
      const end = Math.max(until, this.layersUntil);
      try {
        await this.#objects.lockUntil(name, end);
        known.set(name, end);
      } catch (error) {
        // Maps name segments that compaction has removed. What the point needs was seen to be there.
        if (!hasCode(error, "NotFound")) throw error;
      }
    };
    await pLimit(this.#objects.traits.parallel).map(short, lock);
    // They are replaced at times: what is there now counts.
    for (const name of [storeKeyName, machine.idName]) await this.#objects.lockUntil(name, until);
    return until;
  }
}

/** Until when each object is locked; those that are not locked, or not there, are left out. */
export async function locksOf(objects: Objects, names: Iterable<string>): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  await pLimit(objects.traits.parallel).map([...names], async (name) => {
    const end = await objects.lockedUntil(name).catch((error: unknown) => {
      if (hasCode(error, "NotFound")) return undefined;
      throw error;
    });
    if (end !== undefined) ends.set(name, end);
  });
  return ends;
}

/**
 * Each day a part of each store of replicas is read and checked, so that all of it was read after as many days as a person wants. What
 * is damaged becomes an alert with the machine that it hurts.
 */
import { hasCode, isExpected, messageOf } from "../../errors.ts";
import type { Progress } from "../../progress.ts";
import {
  endVerification,
  keepVerifications,
  takeVerification,
  type Verification,
} from "../../store/verifications.ts";
import type { EngineParts } from "../engine-parts.ts";
import { keptReplicas, verifyReplicas } from "./verify-replicas.ts";

const dayMilliseconds = 86_400_000;
/** After this another process takes up one whose process died, or one that failed is tried again. */
const againAfterMilliseconds = 3_600_000;

/** Runs one if it is due. Returns what is known of it then, or `undefined` if it was not. Throws what is a bug, and `Cancelled`. */
async function verifyIfDue(
  parts: EngineParts,
  holderId: string,
  { days, progress }: { readonly days: number; readonly progress: Progress },
): Promise<Verification | undefined> {
  const { store, clock } = parts;
  const begun = clock.now();
  const part = takeVerification(store, holderId, { now: begun, until: begun + againAfterMilliseconds });
  if (part === undefined) return undefined;
  const end = (verification: Verification): Verification => {
    endVerification(store, verification);
    return verification;
  };
  try {
    const sample = { part, parts: days };
    const check = await verifyReplicas(parts, holderId, { progress, sample });
    const { objectsRead, bytesRead, durationMilliseconds, damaged } = check;
    const result = { objectsRead, bytesRead, durationMilliseconds, damagedCount: damaged.length };
    // From its beginning, so that it is at the same time each day.
    return end({ holderId, dueAt: begun + dayMilliseconds, part: part + 1, endedAt: clock.now(), result });
  } catch (error) {
    const wasStopped = hasCode(error, "Cancelled") || progress.signal?.aborted === true;
    if (wasStopped) end({ holderId, dueAt: begun, part });
    if (wasStopped || !isExpected(error)) throw error;
    const result = { objectsRead: 0, bytesRead: 0, durationMilliseconds: 0, damagedCount: 0 };
    const endedAt = clock.now();
    const failed = { ...result, error: messageOf(error) };
    return end({ holderId, dueAt: endedAt + againAfterMilliseconds, part, endedAt, result: failed });
  }
}

/** Runs all that are due, one after the other. `days`: within how many days all of a store is read; `tell` gets each that has ended. */
export async function verifyDue(
  parts: EngineParts,
  options: {
    readonly days: number;
    readonly progress: Progress;
    readonly tell: (done: Verification) => void;
  },
): Promise<void> {
  const holderIds = parts.replicaHolderIds();
  keepVerifications(parts.store, holderIds);
  for (const holderId of holderIds) {
    options.progress.signal?.throwIfAborted();
    // One that was declared and keeps nothing yet is not made by looking at it.
    if (keptReplicas(parts, holderId).length === 0) continue;
    const done = await verifyIfDue(parts, holderId, options);
    if (done !== undefined) options.tell(done);
  }
}

import pLimit from "p-limit";
import { hasCode } from "../errors.ts";
import type { Objects } from "../ports/objects.ts";

/** Objects that were to be removed and are still there. */
export interface KeptObjects {
  readonly names: ReadonlySet<string>;
  /** When the first of their locks ends, in milliseconds since 1970; `undefined` if none has an end. */
  readonly until: number | undefined;
}

const none: KeptObjects = { names: new Set(), until: undefined };

/** Removes objects, durably, but for those that a retention lock keeps, or all where this identity may not. An absent object is fine. */
export async function removeUnlocked(objects: Objects, names: readonly string[]): Promise<KeptObjects> {
  if (names.length === 0) return none;
  if (!objects.traits.mayRemove) return { names: new Set(names), until: undefined };
  try {
    await objects.remove(names);
    return none;
  } catch (error) {
    if (!hasCode(error, "InUse")) throw error;
  }
  const kept: { name: string; until: number | undefined }[] = [];
  await pLimit(objects.traits.parallel).map(names, async (name) => {
    try {
      await objects.remove([name]);
    } catch (error) {
      if (!hasCode(error, "InUse")) throw error;
      kept.push({ name, until: await objects.lockedUntil(name) });
    }
  });
  const ends = kept.flatMap(({ until }) => until ?? []);
  return {
    names: new Set(kept.map(({ name }) => name)),
    until: ends.length === 0 ? undefined : Math.min(...ends),
  };
}

/** The RPO of each machine during the last day, as the service saw it. It begins anew with the service. */
import { idKey } from "../../arm-id.ts";
import type { Look } from "../look.ts";

const bucketMilliseconds = 10 * 60_000;
const bucketCount = 144;

/** The highest RPO of each ten minutes, in seconds, oldest first; `undefined` where none was seen. */
export type DayOfRpo = readonly (number | undefined)[];

export class RpoHistory {
  readonly #machines = new Map<string, Map<number, number>>();

  note({ at, views }: Look): void {
    const now = Math.floor(at / bucketMilliseconds);
    const seen = new Set<string>();
    for (const { item, rpoSeconds } of views) {
      const key = idKey(item.id);
      seen.add(key);
      const buckets = this.#machines.get(key) ?? new Map<number, number>();
      this.#machines.set(key, buckets);
      if (rpoSeconds !== undefined) buckets.set(now, Math.max(rpoSeconds, buckets.get(now) ?? 0));
      for (const bucket of buckets.keys()) if (bucket <= now - bucketCount) buckets.delete(bucket);
    }
    for (const key of this.#machines.keys()) if (!seen.has(key)) this.#machines.delete(key);
  }

  /** Ends with the ten minutes of `at`, in milliseconds since 1970. */
  of(itemId: string, at: number): DayOfRpo {
    const now = Math.floor(at / bucketMilliseconds);
    const buckets = this.#machines.get(idKey(itemId));
    return Array.from({ length: bucketCount }, (_, index) => buckets?.get(now - bucketCount + 1 + index));
  }
}

/**
 * The names of what the tracking makes in a QEMU. All begin with `sr-`, so that another process can tell them from the
 * user's own and clear them. What a cycle makes has its random word in the name: an event of an earlier cycle is then
 * not taken for one of this cycle.
 */
import type { Lineage } from "../../model/lineage.ts";

const prefix = "sr-";

/** What one cycle makes for each disk. QEMU allows node names of 31 characters. */
export type CyclePart =
  "fleece" | "null" | "both" | "job" | "filter" | "access" | "whole" | "nbd" | "file" | "changed";

export function isOurs(name: string | undefined): boolean {
  return name?.startsWith(prefix) ?? false;
}

export function partName(part: CyclePart, cycle: string, disk: number): string {
  return `${prefix}${part}-${cycle}-${disk}`;
}

export function isPart(part: CyclePart, name: string | undefined): boolean {
  return name?.startsWith(`${prefix}${part}-`) ?? false;
}

/** The bitmap that records what changes after the instant of a lineage. */
export function bitmapName({ tracker, generation, logId }: Lineage): string {
  return `${prefix}${tracker}-${generation}-${logId}`;
}

const bitmapPattern = /^sr-([0-9a-f]{32})-([1-9][0-9]{0,9})-([0-9a-f]{16})$/;

/** The lineage in a bitmap's name, or `undefined` if the bitmap is not of the tracking. */
export function lineageIn(name: string): Lineage | undefined {
  const [, tracker, generation, logId] = bitmapPattern.exec(name) ?? [];
  if (tracker === undefined || generation === undefined || logId === undefined) return undefined;
  return { tracker, generation: Number(generation), logId };
}

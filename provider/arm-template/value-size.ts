/** How large a value is when it is written out: parts that it has several times count several times. */
import { isRecord } from "./values.ts";

/** A value of more parts is not made: a few variables that use each other twice come to billions. */
export const partsMax = 100_000;
/** How many characters of a text count as one part. */
const charactersOfPart = 1024;

const known = new WeakMap<object, number>();

/** The parts of a value: texts, numbers, lists and objects at every depth. */
export function sizeOf(value: unknown): number {
  if (typeof value === "string") return 1 + Math.floor(value.length / charactersOfPart);
  const parts = Array.isArray(value)
    ? (value as unknown[])
    : isRecord(value)
      ? Object.values(value)
      : undefined;
  if (parts === undefined) return 1;
  const found = known.get(value as object);
  if (found !== undefined) return found;
  const size = parts.reduce<number>((sum, part) => sum + sizeOf(part), 1);
  known.set(value as object, size);
  return size;
}

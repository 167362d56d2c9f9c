/** Random secrets of every type, and how a text that tells one is known. */
import fc from "fast-check";
import type { Values } from "./door.ts";

/** A text without case and signs, since a secret may be written in another way. */
export function bare(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

export function leavesOf(value: unknown): unknown[] {
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(leavesOf) : [value];
}

/** Texts that tell a secret: as it is, or the beginning or the end of it, whatever signs are between. */
export function tellers(value: unknown): string[] {
  const keys = value !== null && typeof value === "object" && !Array.isArray(value) ? Object.keys(value) : [];
  const leaves = leavesOf(value).flatMap((leaf) => {
    const text = bare(String(leaf));
    if (typeof leaf === "boolean" || text.length < 5) return [];
    return typeof leaf === "number" ? [text] : [text.slice(0, 7), text.slice(-7)];
  });
  return [...leaves, ...keys];
}

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.!/ -]{8,24}[a-z0-9]$/);
const name = fc.stringMatching(/^q[a-z0-9]{10}x$/);
/** Of eight digits: fewer are found by chance in times and ids. */
const number = fc
  .oneof(fc.integer({ min: 10_000_000, max: 99_999_999 }), fc.integer({ max: -10_000_000, min: -99_999_999 }))
  // Ids such as 00000000-0000-0000-0000-000000000001 hold such numbers.
  .filter((value) => !String(value).includes("00000"));
const leaf = fc.oneof(word, name, number, fc.boolean());

export const secretValue = fc.oneof(
  { weight: 6, arbitrary: leaf },
  fc.array(leaf, { maxLength: 3 }),
  fc.dictionary(fc.stringMatching(/^k[a-z0-9]{10}$/), leaf, { minKeys: 1, maxKeys: 3 }),
);

/** A message's values without those that Pulumi's engine encrypts. */
export function inPlain(value: unknown): string {
  const signature = "4dabf18193072939515e22adb298388d";
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && signature in (inner as Values) ? "hidden" : inner,
  );
}

/** Values of templates, and values that are unknown before Azure deploys. */

import { isRecord as isObject } from "../record.ts";

/** Why an expression has no value here; a sentence without its end. */
export class NotKnown extends Error {}

/** The placeholder in a value for a part that is not known. */
export class Hole {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export type Values = Readonly<Record<string, unknown>>;

/**
 * The id of the subscription that a template is deployed in, which the template does not say. No text of a template
 * holds these characters: they are of Unicode's private area.
 */
export const subscriptionMark = "\u{e000}\u{e001}";

/** Whether a value is an object of a template, and known. */
export function isRecord(value: unknown): value is Values {
  return isObject(value) && !(value instanceof Hole);
}

/** The key of an object as it is written there; Azure compares keys without regard to letter case. */
export function keyIn(from: Values, key: string): string | undefined {
  if (Object.hasOwn(from, key)) return key;
  const lower = key.toLowerCase();
  return Object.keys(from).find((one) => one.toLowerCase() === lower);
}

/** The value at a key, whatever its letter case. */
export function at(from: Values, key: string): unknown {
  const found = keyIn(from, key);
  return found === undefined ? undefined : from[found];
}

/** The object at a key, or an empty one. */
export function recordAt(from: Values, key: string): Values {
  const value = at(from, key);
  return isRecord(value) ? value : {};
}

/** The text at a key, or `undefined` if it is empty or no text. */
export function textAt(from: Values, key: string): string | undefined {
  const value = at(from, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** What is not known of a value at any depth: the first reason, or that it holds the subscription's id. */
export function flawOf(value: unknown): string | undefined {
  if (value instanceof Hole) return value.reason;
  if (typeof value === "string") return value.includes(subscriptionMark) ? unknownSubscription : undefined;
  if (Array.isArray(value)) return firstFlaw(value);
  return isRecord(value) ? firstFlaw([...Object.keys(value), ...Object.values(value)]) : undefined;
}

function firstFlaw(values: readonly unknown[]): string | undefined {
  for (const value of values) {
    const flaw = flawOf(value);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

export const unknownSubscription = "a template does not say the id of its subscription";

export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : typeof value;
}

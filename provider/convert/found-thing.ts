import type { KindName } from "../kinds/kind.ts";
import { isRecord } from "../record.ts";

/** A thing of a source that is converted: its kind, and its arguments under the names that programs give them. */
export interface FoundThing {
  readonly kind: KindName;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What people call it, where its name is one that Azure gave it. */
  readonly friendlyName?: string;
  /** What Azure calls it, where a definition gives it another name; of a machine, what its discovery calls it. */
  readonly azureName?: string;
}

/** What a source holds, and what of it cannot be used, as sentences. */
export interface FoundThings {
  readonly things: readonly FoundThing[];
  readonly notes: readonly string[];
}

export type Values = Readonly<Record<string, unknown>>;

export function recordAt(from: Values, key: string): Values {
  const value = from[key];
  return isRecord(value) ? value : {};
}

export function listAt(from: Values, key: string): readonly Values[] {
  const value = from[key];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function textAt(from: Values, key: string): string | undefined {
  const value = from[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The texts of a list; empty if there is no list. */
export function textsAt(from: Values, key: string): string[] | undefined {
  const value = from[key];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : undefined;
}

/** The pairs of which the value is there. */
export function present<Pairs extends object>(
  pairs: Pairs,
): { [Key in keyof Pairs]?: Exclude<Pairs[Key], undefined> } {
  const entries = Object.entries(pairs).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Pairs]?: Exclude<Pairs[Key], undefined> };
}

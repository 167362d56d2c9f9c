import { isDeepStrictEqual } from "node:util";
import { compareSettings } from "../handlers/compare-settings.ts";
import { type Handler, unknownValue } from "../handlers/handler.ts";
import { withSchemaDefaults } from "../handlers/schema-defaults.ts";
import type { Properties } from "./resource-state.ts";

/** Paths of values that are not known yet and were something else last time. */
function unknownPaths(path: string, wanted: unknown, last: unknown): string[] {
  if (wanted === unknownValue) return last === unknownValue ? [] : [path];
  if (wanted === null || typeof wanted !== "object" || isDeepStrictEqual(wanted, last)) return [];
  const before = (last !== null && typeof last === "object" ? last : {}) as Properties;
  return Object.entries(wanted).flatMap(([key, value]) => {
    const inner = Array.isArray(wanted) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    return unknownPaths(inner, value, before[key]);
  });
}

/** A text in which what is not known yet is what it was last time. */
function settled(wanted: unknown, last: unknown): unknown {
  if (wanted === unknownValue) return last;
  if (wanted === null || typeof wanted !== "object") return wanted;
  const before = (last !== null && typeof last === "object" ? last : {}) as Properties;
  if (Array.isArray(wanted))
    return wanted.map((item, index) => settled(item, before[index])).filter((item) => item !== undefined);
  return Object.fromEntries(Object.entries(wanted).map(([key, value]) => [key, settled(value, before[key])]));
}

/**
 * Paths at which the program's text is another one than last time, whatever is live. A value that is not known yet
 * may be another one. A name or an id in another letter case is the same, and so is a default that is written out or
 * left out, alone or with the object that it is in.
 */
export function textChanges(handler: Handler, last: Properties, wanted: Properties): string[] {
  const complete = (text: Properties): Properties =>
    handler.withDefaults(withSchemaDefaults(handler.kind.kind, text)) as Properties;
  const [before, now] = [complete(last), complete(settled(wanted, last) as Properties)];
  const known = compareSettings(now, before, before).map(({ property }) => property);
  return [...known, ...unknownPaths("", wanted, last)];
}

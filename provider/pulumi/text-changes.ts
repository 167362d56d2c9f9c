import { isDeepStrictEqual } from "node:util";
import { compareSettings } from "../handlers/compare-settings.ts";
import { unknownValue } from "../handlers/handler.ts";
import { withSchemaDefaults } from "../handlers/schema-defaults.ts";
import type { Kind } from "../kinds/kind.ts";
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

/**
 * Paths at which the program's text is another one than last time, whatever is live. A value that is not known yet
 * may be another one. A name or an id in another letter case is the same, and so is a default that is written out.
 */
export function textChanges(kind: Kind, last: Properties, wanted: Properties): string[] {
  const [before, now] = [last, wanted].map((text) => withSchemaDefaults(kind.kind, text)) as [
    Properties,
    Properties,
  ];
  const known = compareSettings(now, before, before).map(({ property }) => property);
  return [...known, ...unknownPaths("", now, before)];
}

/** Compares wanted settings with live ones, property by property, and distinguishes a program's change from drift. */
import { isDeepStrictEqual } from "node:util";
import { idKey } from "../arm-id.ts";
import { kinds } from "../kinds/registry.ts";
import { type PropertyChange, unknownValue } from "./handler.ts";
import { isRecord } from "../record.ts";

/** Ids are compared without regard to letter case, and an absent value is the same as an empty one. */
function comparable(value: unknown): unknown {
  if (typeof value === "string") return /^\/subscriptions\//i.test(value) ? idKey(value) : value;
  if (Array.isArray(value)) return value.map(comparable);
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
    return Object.fromEntries(entries.map(([key, inner]) => [key, comparable(inner)]));
  }
  return value ?? undefined;
}

function same(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(comparable(one), comparable(other));
}

/** Whether a value, or something in it, is not known yet. */
export function holdsUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return isRecord(value) && Object.values(value).some(holdsUnknown);
}

interface Compared {
  readonly wanted: unknown;
  readonly live: unknown;
  readonly last: unknown;
}

function walk(path: string, sides: Compared, found: PropertyChange[]): void {
  // Of settings that are not known as a whole, none counts as left out.
  if (sides.wanted === unknownValue) return;
  if (isRecord(sides.wanted) || isRecord(sides.live)) {
    const [wanted, live, last] = [sides.wanted, sides.live, sides.last].map((side) =>
      isRecord(side) ? side : {},
    ) as [Record<string, unknown>, Record<string, unknown>, Record<string, unknown>];
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(live)])) {
      const inner = { wanted: wanted[key], live: live[key], last: last[key] };
      walk(path === "" ? key : `${path}.${key}`, inner, found);
    }
    return;
  }
  // What is not known yet is not a change: it is compared when it is known.
  if (holdsUnknown(sides.wanted) || same(sides.wanted, sides.live)) return;
  const cause = same(sides.wanted, sides.last) ? "drift" : "program";
  found.push({ property: path, from: sides.live, to: sides.wanted, cause });
}

/** Arguments that name a thing: the one that is declared, what it is in, or another one. */
const names = new Set([
  "resourceGroupName",
  "resourceName",
  "recoveryFabricName",
  "logicalNetworkName",
  ...Object.values(kinds).map(({ nameArgument }) => nameArgument),
]);

/** A name in another letter case names the same thing. */
function isRespelling({ property, from, to }: PropertyChange): boolean {
  const isName = names.has(property.slice(property.lastIndexOf(".") + 1));
  return isName && String(from).toLowerCase() === String(to).toLowerCase();
}

/** All properties whose live value is not the wanted one. */
export function compareSettings(wanted: object, live: object, last: object): PropertyChange[] {
  const found: PropertyChange[] = [];
  walk("", { wanted, live, last }, found);
  return found.filter((change) => !isRespelling(change));
}

/** Those of the changed properties that cannot change in place. */
export function replacedBy(changes: readonly PropertyChange[], immutable: readonly string[]): string[] {
  const isUnder = (property: string, path: string): boolean =>
    property === path || property.startsWith(`${path}.`);
  return changes
    .map((change) => change.property)
    .filter((property) => immutable.some((path) => isUnder(property, path)));
}

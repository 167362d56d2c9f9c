/** All lookups, by name. Lookups of kinds are made from the registry of kinds. */
import { kindNames } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import { jobsLookup } from "./jobs.ts";
import type { Lookup } from "./lookup.ts";
import { protectableItemsLookup } from "./protectable-items.ts";
import { recoveryPointsLookup } from "./recovery-points.ts";
import { getLookup, listLookup } from "./things.ts";

const all: readonly Lookup[] = [
  ...kindNames.flatMap((name) => [getLookup(kinds[name]), listLookup(kinds[name])]),
  recoveryPointsLookup,
  protectableItemsLookup,
  jobsLookup,
];

export const lookups: ReadonlyMap<string, Lookup> = new Map(all.map((lookup) => [lookup.name, lookup]));

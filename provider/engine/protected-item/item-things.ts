/** The two kinds of things that the engine keeps replicas for: protected items, and migration items. */
import { isIdOf } from "../../arm-id.ts";
import type { KindName } from "../../kinds/kind.ts";
import { type MigrationItemInputs, migrationItemKind } from "../../kinds/migration-item.ts";
import type { ProtectedItemInputs } from "../../kinds/protected-item.ts";
import { listThings, type Thing, type ThingFilter } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";

/** The arguments of either kind. */
export type ItemInputs = ProtectedItemInputs | MigrationItemInputs;

export const itemKinds: readonly KindName[] = ["protected-item", "migration-item"];

export function itemKindOf(id: string): KindName {
  return isIdOf(migrationItemKind, id) ? "migration-item" : "protected-item";
}

/** Things that are replicated, protected items first; those that a filter lets pass only, where there is one. */
export function listItemThings(
  parts: Pick<EngineParts, "store">,
  filter: Omit<ThingFilter, "kind"> = {},
): Thing<ItemInputs>[] {
  return itemKinds.flatMap((kind) => listThings<ItemInputs>(parts.store, { ...filter, kind }));
}

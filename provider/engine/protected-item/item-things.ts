/** The two kinds of things that the engine keeps replicas for: protected items, and migration items. */
import { isIdOf } from "../../arm-id.ts";
import type { KindName } from "../../kinds/kind.ts";
import { type MigrationItemInputs, migrationItemKind } from "../../kinds/migration-item.ts";
import type { ProtectedItemInputs } from "../../kinds/protected-item.ts";
import { listThings, type Thing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";

/** The arguments of either kind. */
export type ItemInputs = ProtectedItemInputs | MigrationItemInputs;

export const itemKinds: readonly KindName[] = ["protected-item", "migration-item"];

export function itemKindOf(id: string): KindName {
  return isIdOf(migrationItemKind, id) ? "migration-item" : "protected-item";
}

/** Things that are replicated, protected items first; those in a container or fabric only, where one is named. */
export function listItemThings(parts: Pick<EngineParts, "store">, under?: string): Thing<ItemInputs>[] {
  return itemKinds.flatMap((kind) =>
    listThings<ItemInputs>(parts.store, under === undefined ? { kind } : { kind, under }),
  );
}

/**
 * Tables `catalog_changes` and `catalog_positions`: which things have changed since the catalog of each store of
 * replicas was written. Triggers note the changes in the transactions that make them, so that none is missed by a
 * kill; the catalogs are written afterwards.
 */
import { idKey } from "../arm-id.ts";
import { lasting } from "./catalog-triggers.ts";
import type { Store } from "./open-store.ts";

export interface CatalogChange {
  readonly holderId: string;
  /** The catalog holds nothing yet. */
  readonly isFirst: boolean;
  /** Of the thing. */
  readonly key: string;
  readonly sequence: number;
}

/** Changes that are not in a catalog yet, oldest first. */
export function pendingCatalogChanges(store: Store): CatalogChange[] {
  const rows = store
    .prepare(
      `SELECT p.holder_id, p.sequence AS position, c.key, c.sequence
       FROM catalog_positions p JOIN catalog_changes c ON c.sequence > p.sequence ORDER BY c.sequence`,
    )
    .all() as { holder_id: string; position: number; key: string; sequence: number }[];
  return rows.map((row) => ({
    holderId: row.holder_id,
    isFirst: row.position === 0,
    key: row.key,
    sequence: row.sequence,
  }));
}

/** The sequence of a thing's last change; 0 if none was noted. */
export function catalogSequenceOf(store: Store, key: string): number {
  const row = store.prepare("SELECT sequence FROM catalog_changes WHERE key = ?").get(key);
  return (row as { sequence: number } | undefined)?.sequence ?? 0;
}

/** Remembers that a holder's catalog has all changes up to a sequence. It never goes back. */
export function putCatalogPosition(store: Store, holderId: string, sequence: number): void {
  store.passing(() =>
    store
      .prepare("UPDATE catalog_positions SET sequence = max(sequence, ?) WHERE holder_key = ?")
      .run(sequence, idKey(holderId)),
  );
}

/** Whether this engine has written the catalog of what holds replicas. */
export function hasCatalog(store: Store, holderId: string): boolean {
  const row = store
    .prepare("SELECT sequence FROM catalog_positions WHERE holder_key = ?")
    .get(idKey(holderId)) as { sequence: number } | undefined;
  return row !== undefined && row.sequence > 0;
}

/** Ids of what holds replicas, and how many changes its catalog lacks. */
export function catalogPositions(store: Store): { holderId: string; behind: number }[] {
  const rows = store
    .prepare(
      `SELECT p.holder_id, count(c.key) AS behind
       FROM catalog_positions p LEFT JOIN catalog_changes c ON c.sequence > p.sequence GROUP BY p.holder_key`,
    )
    .all() as { holder_id: string; behind: number }[];
  return rows.map((row) => ({ holderId: row.holder_id, behind: row.behind }));
}

/** A row as SQLite has it, by the names of its columns. */
export type StoredRow = Readonly<Record<string, string | number | null>>;

/** All that the store knows of a thing; `item` is there if it is a protected item, `owner` if a stack owns it. */
export interface StoredThing {
  readonly thing: StoredRow;
  readonly item?: StoredRow;
  readonly owner?: StoredRow;
}

/** The rows of a thing, without what changes with each cycle; `undefined` if it is gone. */
export function storedThingOf(store: Store, key: string): StoredThing | undefined {
  const thing = store.prepare("SELECT * FROM things WHERE key = ?").get(key) as StoredRow | undefined;
  if (!thing) return undefined;
  const item = store
    .prepare(`SELECT *, ${lasting("i")} AS details FROM protected_items i WHERE key = ?`)
    .get(key) as StoredRow | undefined;
  const owner = store.prepare("SELECT * FROM owners WHERE key = ?").get(key) as StoredRow | undefined;
  return { thing, ...(item ? { item } : {}), ...(owner ? { owner } : {}) };
}

/**
 * Puts back what a catalog knows: rows that are there already stay. Columns that this version does not have are left
 * out. The sequence of changes continues behind `revision`.
 */
export function putStoredThing(store: Store, stored: StoredThing, key: string, revision: number): void {
  insertRow(store, "things", stored.thing);
  if (stored.item) insertRow(store, "protected_items", stored.item);
  if (stored.owner) insertRow(store, "owners", stored.owner);
  store.prepare("UPDATE catalog_changes SET sequence = max(sequence, ?) WHERE key = ?").run(revision, key);
}

/** Gives items that were put back what a catalog leaves out and an item cannot be without. */
export function finishStoredItems(store: Store): void {
  store.database.exec(`
    UPDATE protected_items
    SET details = json_set(details, '$.initialReplicationPercent', iif(state = 'EnablingReplication', 0, 100))
    WHERE json_extract(details, '$.initialReplicationPercent') IS NULL
  `);
}

function insertRow(store: Store, table: "things" | "protected_items" | "owners", row: StoredRow): void {
  const known = store.prepare(`SELECT name FROM pragma_table_info('${table}')`).all() as { name: string }[];
  const columns = known.map(({ name }) => name).filter((name) => row[name] !== undefined);
  const places = columns.map(() => "?").join(", ");
  store
    .prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places}) ON CONFLICT DO NOTHING`)
    .run(...columns.map((name) => row[name]!));
}

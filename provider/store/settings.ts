/**
 * The settings as they were when some work began. The work reads them at its begin, by one statement that asks what has
 * changed since the last time, and sees the same settings to its end. Items are not among them, as they are many: those
 * that the work looks at are read once each.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { isIdOf } from "../arm-id.ts";
import type { KindName } from "../kinds/kind.ts";
import { migrationItemKind } from "../kinds/migration-item.ts";
import { protectedItemKind } from "../kinds/protected-item.ts";
import { assert } from "../errors.ts";
import type { DatabaseSync } from "node:sqlite";
import type { Store } from "./open-store.ts";
import { type Thing, type ThingRow, toThing } from "./thing.ts";

/** Kinds of which there are as many as there are machines. */
const itemKinds: readonly KindName[] = ["protected-item", "migration-item"];
const isItem = `kind IN (${itemKinds.map((kind) => `'${kind}'`).join(", ")})`;

function isItemId(id: string): boolean {
  return isIdOf(protectedItemKind, id) || isIdOf(migrationItemKind, id);
}

type ByKey = ReadonlyMap<string, Thing>;
/** From a key on, and up to another one that is not among them. */
type KeyRange = readonly [from: string, to: string];

/** What this process knows of a store's settings: as of a sequence in the store's list of changes. */
interface Known {
  readonly sequence: number;
  /** Ordered by key. */
  readonly things: ByKey;
  readonly byKind: ReadonlyMap<KindName, readonly (readonly [key: string, thing: Thing])[]>;
}

const knownOf = new WeakMap<DatabaseSync, Known>();
/** How often this process has changed settings of a store. */
const changesOf = new WeakMap<Store, number>();

/** The settings that some work sees. */
class Settings {
  readonly store: Store;
  readonly changes: number;
  readonly #known: Known;
  readonly #items = new Map<string, Thing | undefined>();

  constructor(store: Store) {
    assert(store.openTransaction === undefined, "settings are looked at within a transaction");
    this.store = store;
    this.changes = changesOf.get(store) ?? 0;
    this.#known = refresh(store);
  }

  /** The thing of a key; `read` looks for an item. */
  find(key: string, read: () => Thing | undefined): Thing | undefined {
    const thing = this.#known.things.get(key);
    if (thing || !isItemId(key)) return thing;
    if (this.#items.has(key)) return this.#items.get(key);
    const item = frozen(read());
    this.#items.set(key, item);
    return item;
  }

  /** The things of a kind, ordered by key; `undefined` for kinds that are not kept. */
  list(kind: KindName, [from, to]: KeyRange): Thing[] | undefined {
    if (itemKinds.includes(kind)) return undefined;
    const all = this.#known.byKind.get(kind) ?? [];
    return all.filter(([key]) => key >= from && key < to).map(([, thing]) => thing);
  }
}

/** It is read once and shared: no caller may change it. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

/** Brings what is known of a store up to date. */
function refresh(store: Store): Known {
  const before = knownOf.get(store.database);
  const rows = before ? changedSince(store, before.sequence) : all(store);
  const sequence = rows[0]?.newest ?? before?.sequence ?? 0;
  if (before && rows.length === 0) return before;
  const things = new Map(before?.things);
  for (const { key, ...row } of rows) {
    if (row.kind === null || itemKinds.includes(row.kind)) things.delete(key);
    else things.set(key, frozen(toThing(row as ThingRow)));
  }
  const ordered = [...things].toSorted(([left], [right]) => (left < right ? -1 : 1));
  const byKind = Map.groupBy(ordered, ([, thing]) => thing.kind);
  const known = { sequence, things, byKind };
  knownOf.set(store.database, known);
  return known;
}

/** A row of a thing, or of a key that has none any more. */
type ChangedRow = { key: string; newest: number } & { [Name in keyof ThingRow]: ThingRow[Name] | null };

function all(store: Store): ChangedRow[] {
  return store
    .prepare(
      `SELECT *, (SELECT coalesce(max(sequence), 0) FROM catalog_changes) AS newest
       FROM things WHERE NOT ${isItem}`,
    )
    .all() as unknown as ChangedRow[];
}

/** Each change of a thing is in the list of changes that the catalogs are written by; the newest comes first. */
function changedSince(store: Store, sequence: number): ChangedRow[] {
  return store
    .prepare(
      `SELECT t.*, c.key, c.sequence AS newest FROM catalog_changes c LEFT JOIN things t USING (key)
       WHERE c.sequence > ? ORDER BY c.sequence DESC`,
    )
    .all(sequence) as unknown as ChangedRow[];
}

const scope = new AsyncLocalStorage<Settings | undefined>();

/** Runs work that sees the settings as they are now, whatever other processes change meanwhile. */
export function withSettings<T>(store: Store, work: () => T): T {
  return scope.run(new Settings(store), work);
}

/** Runs work that is a part of other work, and sees each setting as it is at the time. */
export function withoutSettings<T>(work: () => T): T {
  return scope.run(undefined, work);
}

/** The settings that the work of the moment sees; `undefined` where it looks into the store for each. */
export function settingsOfWork(store: Store): Settings | undefined {
  const settings = scope.getStore();
  // What the process itself has changed since counts at once.
  const isCurrent = settings?.store === store && settings.changes === (changesOf.get(store) ?? 0);
  return isCurrent ? settings : undefined;
}

/** Notes that this process changes settings of a store. */
export function noteChangedSettings(store: Store): void {
  changesOf.set(store, (changesOf.get(store) ?? 0) + 1);
}

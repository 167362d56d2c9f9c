/** Table `things`: the settings in force of every kind, by ARM id. */
import { idKey } from "../arm-id.ts";
import type { KindName } from "../kinds/kind.ts";
import { requireLease, roomForItem } from "./leases.ts";
import type { Store } from "./open-store.ts";
import { deleteOwner } from "./owners.ts";
import { noteChangedSettings, settingsOfWork } from "./settings.ts";
import { type Thing, type ThingRow, toThing } from "./thing.ts";

export type { Thing } from "./thing.ts";

export function findThing<Inputs = Record<string, unknown>>(
  store: Store,
  id: string,
): Thing<Inputs> | undefined {
  const read = (): Thing | undefined => {
    const row = store.prepare("SELECT * FROM things WHERE key = ?").get(idKey(id));
    return row && toThing(row as unknown as ThingRow);
  };
  const settings = settingsOfWork(store);
  return (settings ? settings.find(idKey(id), read) : read()) as Thing<Inputs> | undefined;
}

export interface ThingFilter {
  readonly kind?: KindName;
  /** Things whose id begins with this one. */
  readonly under?: string;
  /** Things in whose settings an id ends with this name; others may come along. */
  readonly naming?: string;
}

/** What to look for in settings as they are written, or `undefined` if SQLite would change letters in another way. */
function endOfId(name: string): string {
  return /^[\w.-]+$/.test(name) ? `/${name.toLowerCase()}"` : "";
}

/** The things that a filter lets pass, ordered by id. */
export function listThings<Inputs = Record<string, unknown>>(
  store: Store,
  { kind, under, naming }: ThingFilter,
): Thing<Inputs>[] {
  // A range of keys, so that the index answers: "0" is the character behind "/".
  const range =
    under === undefined ? (["", "\uffff"] as const) : ([`${idKey(under)}/`, `${idKey(under)}0`] as const);
  const known = kind && naming === undefined ? settingsOfWork(store)?.list(kind, range) : undefined;
  if (known) return known as Thing<Inputs>[];
  const parts = [
    { text: "key >= ? AND key < ?", values: range },
    ...(kind === undefined ? [] : [{ text: "kind = ?", values: [kind] }]),
    ...(naming === undefined ? [] : [{ text: "instr(lower(inputs), ?) > 0", values: [endOfId(naming)] }]),
  ];
  const where = parts.map(({ text }) => text).join(" AND ");
  const rows = store
    .prepare(`SELECT * FROM things WHERE ${where} ORDER BY key`)
    .all(...parts.flatMap(({ values }) => values));
  return rows.map((row) => toThing<Inputs>(row as unknown as ThingRow));
}

/** All things whose settings name an id, in any letter case. */
export function listThingsReferringTo(store: Store, id: string): Thing[] {
  const rows = store
    .prepare("SELECT * FROM things WHERE instr(lower(inputs), ?) > 0 ORDER BY key")
    .all(JSON.stringify(idKey(id)));
  return rows.map((row) => toThing(row as unknown as ThingRow));
}

/** Writes a thing's settings, making it when it is not there. */
export function putThing(store: Store, id: string, kind: KindName, inputs: object, now: number): void {
  store
    .prepare(
      `INSERT INTO things (key, id, kind, inputs, created_at, updated_at, revision)
       VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1)
       ON CONFLICT (key) DO UPDATE
       SET inputs = excluded.inputs, updated_at = excluded.updated_at, revision = revision + 1`,
    )
    .run(idKey(id), id, kind, JSON.stringify(inputs), now);
  noteChangedSettings(store);
}

/** Removes a thing's settings, its owner's record, and the protected item that it may be. Throws `LeaseLost` for an item. */
export function deleteThing(store: Store, id: string): void {
  store.together(() => {
    const item = store.prepare("SELECT key FROM protected_items WHERE key = ?").get(idKey(id));
    if (item) requireLease(store, id);
    const room = roomForItem(store, id);
    if (room) room.item = undefined;
    deleteOwner(store, id);
    store.prepare("DELETE FROM things WHERE key = ?").run(idKey(id));
    noteChangedSettings(store);
  });
}

/** Table `engine`: the id of this engine. It is on every mark that the engine leaves on machines and targets. */
import type { DatabaseSync } from "node:sqlite";
import type { Store } from "./open-store.ts";

/** The ids that were read, by the database: one that is made later, in the place of an empty one, is read again. */
const known = new WeakMap<DatabaseSync, string>();

/** Returns the engine's id, a UUID. It is made with the store and stays the same for the store's whole life. */
export function engineIdOf(store: Store): string {
  const { database } = store;
  const id = known.get(database) ?? (store.prepare("SELECT id FROM engine").get() as { id: string }).id;
  known.set(database, id);
  return id;
}

/** Takes over the id of an engine whose home was lost. The store is a new one. */
export function takeOverEngineId(store: Store, id: string): void {
  store.prepare("DELETE FROM engine").run();
  store.prepare("INSERT INTO engine (id) VALUES (?)").run(id);
  const { database } = store;
  known.delete(database);
  store.ifUndone(() => known.delete(database));
}

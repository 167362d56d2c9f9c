/** Table `engine`: the id of this engine. It is on every mark that the engine leaves on machines and targets. */
import type { Store } from "./open-store.ts";

/** Returns the engine's id, a UUID. It is made with the store and stays the same for the store's whole life. */
export function engineIdOf(store: Store): string {
  const row = store.prepare("SELECT id FROM engine").get() as { id: string };
  return row.id;
}

/** Takes over the id of an engine whose home was lost. The store is a new one. */
export function takeOverEngineId(store: Store, id: string): void {
  store.prepare("DELETE FROM engine").run();
  store.prepare("INSERT INTO engine (id) VALUES (?)").run(id);
}

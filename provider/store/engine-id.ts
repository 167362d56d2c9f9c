/** Table `engine`: the id of this engine. It is on every mark that the engine leaves on machines and targets. */
import { randomUuid, systemRandom } from "../random.ts";
import type { Store } from "./open-store.ts";

/** Returns the engine's id, a UUID. It is made at the first call and stays the same for the store's whole life. */
export function engineIdOf(store: Store): string {
  const find = (): string | undefined => {
    const row = store.prepare("SELECT id FROM engine").get() as { id: string } | undefined;
    return row?.id;
  };
  const known = find();
  if (known !== undefined) return known;
  return store.transaction(() => {
    // Another process may have been faster. Like key material, the id never comes from an injected source of
    // chance: two engines of one seed are two engines.
    const id = find() ?? randomUuid(systemRandom);
    store.prepare("INSERT OR IGNORE INTO engine (id) VALUES (?)").run(id);
    return id;
  });
}

/** Takes over the id of an engine whose home was lost. The store is a new one. */
export function takeOverEngineId(store: Store, id: string): void {
  store.prepare("DELETE FROM engine").run();
  store.prepare("INSERT INTO engine (id) VALUES (?)").run(id);
}

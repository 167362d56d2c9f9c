/**
 * Keeps the catalog in each store of replicas in step with the engine's own store: after every change, the things
 * that changed are written beside the replicas. A store that is away gets what it lacks when it is back.
 */
import pLimit, { type LimitFunction } from "p-limit";
import { isExpected } from "../errors.ts";
import {
  type CatalogChange,
  catalogSequenceOf,
  pendingCatalogChanges,
  putCatalogPosition,
  storedThingOf,
  type StoredThing,
} from "../store/catalog-changes.ts";
import type { Store } from "../store/open-store.ts";
import type { Catalog } from "../replica/catalog.ts";
import type { EngineParts } from "./engine-parts.ts";

/** What a catalog says of a thing. */
export interface CatalogContent extends StoredThing {
  readonly engineId: string;
  /** The id of what holds this store of replicas. */
  readonly holderId: string;
}

/** One at a time in a process: of two that write an entry, the one with the older revision might come last. */
const turns = new WeakMap<Store, LimitFunction>();

/**
 * Writes what the catalogs lack. It never throws for a store that cannot be written: the work that the change belongs
 * to is done, and the next change, in any process, tries again.
 */
export function writeCatalogs(parts: EngineParts): Promise<void> {
  const turn = turns.get(parts.store) ?? pLimit(1);
  turns.set(parts.store, turn);
  return turn(() => writePending(parts));
}

async function writePending(parts: EngineParts): Promise<void> {
  const pending = pendingCatalogChanges(parts.store);
  for (const holderId of new Set(pending.map((change) => change.holderId))) {
    const changes = pending.filter((change) => change.holderId === holderId);
    try {
      const catalog = await (await parts.replicaStoreOf(holderId)).catalog();
      for (const change of changes) await writeEntry(parts, catalog, change);
      putCatalogPosition(parts.store, holderId, changes.at(-1)!.sequence);
    } catch (error) {
      if (!isExpected(error)) throw error;
    }
  }
}

async function writeEntry(
  parts: EngineParts,
  catalog: Catalog,
  { holderId, key }: CatalogChange,
): Promise<void> {
  for (;;) {
    const sequence = catalogSequenceOf(parts.store, key);
    const stored = storedThingOf(parts.store, key);
    if (stored) {
      const content: CatalogContent = { engineId: parts.engineId, holderId, ...stored };
      await catalog.put({ key, revision: sequence, content });
    } else {
      await catalog.remove(key, sequence);
    }
    // Another process may have changed it between the look and the write.
    if (catalogSequenceOf(parts.store, key) === sequence) return;
  }
}

/**
 * Takes up a store of replicas whose engine is lost: from the store and a key alone, an empty home is rebuilt, with
 * the things that were declared, the protected items and the key.
 */
import type { FileSystem } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { finishStoredItems, putStoredThing } from "../../store/catalog-changes.ts";
import { engineIdOf, takeOverEngineId } from "../../store/engine-id.ts";
import { continueEpochs } from "../../store/leases.ts";
import { openStore, type Store } from "../../store/open-store.ts";
import { putWritten } from "../../store/replica-ledger.ts";
import { listThings } from "../../store/things.ts";
import { identityOf } from "../replication/replica-ledger.ts";
import { homeAt } from "../home.ts";
import type { OpenedStore } from "./look-at-store.ts";
import { placeStore } from "./place-store.ts";
import { said } from "../../message.ts";

/**
 * Rebuilds a home from stores that were looked at. The home is empty, or it is this engine's already and lacks a
 * store's key. A killed adoption is finished by running it again. Throws `AlreadyExists` for the home of another
 * engine, `PrerequisitesNotMet` for a store without a catalog, and `WrongKey` if another key is in the place of the
 * right one.
 */
export async function adoptStores(
  files: FileSystem,
  homeFolder: string,
  stores: readonly OpenedStore[],
): Promise<{ notices: string[] }> {
  const home = homeAt(homeFolder);
  const catalogued = stores.filter((store) => store.holderId !== undefined);
  const [first] = catalogued;
  if (!first?.engineId) {
    const folders = stores.map(({ place }) => place).join(", ");
    const message = said`${folders} has no catalog, so no engine can be rebuilt from it: it was written by an older version.
        \`siterecovery export <machine> --from <folder> --key-file <file> --to <file>\` still writes its disks.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: folders });
  }
  const stranger = catalogued.find(({ engineId }) => engineId !== first.engineId);
  if (stranger) {
    const message = said`${first.place} and ${stranger.place} belong to two engines. Adopt each into a home of its own (--home).`;
    throw new SiteRecoveryError("InvalidInput", message, { target: stranger.place });
  }
  const store = openStore(home.storeFile);
  try {
    requireHomeFor(store, homeFolder, first.engineId);
    // Keys and folders first: an item appears only when its replica can be opened.
    const placed = await Array.fromAsync(catalogued, (one) => placeStore(files, home, one));
    const epochs: number[] = [];
    for (const { replicas, machines } of catalogued) {
      for (const { replicaId } of machines) {
        const { points } = await replicas.machine(replicaId);
        epochs.push(await points.latestEpochOf(first.engineId!));
      }
    }
    store.transaction(() => {
      takeOverEngineId(store, first.engineId!);
      continueEpochs(store, Math.max(0, ...epochs));
      for (const { entries } of catalogued) {
        for (const { key, revision, content } of inOrder(entries)) {
          putStoredThing(store, content, key, revision);
        }
      }
      finishStoredItems(store);
      // What is in the target now is what the engine that is lost wrote last, as far as anybody can know.
      for (const { replicaId, newestPoint } of catalogued.flatMap(({ machines }) => machines)) {
        if (newestPoint) putWritten(store, replicaId, identityOf(newestPoint));
      }
      for (const { moved } of placed) moved?.(store);
    });
    return { notices: placed.flatMap(({ notice }) => notice ?? []) };
  } finally {
    store.close();
  }
}

function requireHomeFor(store: Store, homeFolder: string, engineId: string): void {
  if (listThings(store, {}).length === 0 || engineIdOf(store) === engineId) return;
  const message = said`The home ${homeFolder} belongs to another engine, which has things of its own.
      Adopt into an empty home: add --home <folder>.`;
  throw new SiteRecoveryError("AlreadyExists", message, { target: homeFolder });
}

/** Items refer to things, so things that are no items come first. */
function inOrder(entries: OpenedStore["entries"]): OpenedStore["entries"] {
  return entries.toSorted(
    (left, right) => Number(left.content.item !== undefined) - Number(right.content.item !== undefined),
  );
}

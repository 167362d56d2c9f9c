/**
 * The replica stores of an engine: one for each thing that can hold replicas, opened at first use. Keys are kept in the engine's home, never beside the data.
 */
import path from "node:path";
import { nameOf } from "../arm-id.ts";
import type { FileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { engineIdOf } from "../store/engine-id.ts";
import type { Store } from "../store/open-store.ts";
import { findThing, listThings } from "../store/things.ts";
import type { WriterFence } from "../replica/writer-fence.ts";
import type { StoreAddress } from "../store-address.ts";
import type { StoreLocation } from "../replica/store-location.ts";
import type { ReplicaStore } from "../replica/replica-store.ts";
import { storeKeyName } from "../replica/store-key.ts";
import type { Home } from "./home.ts";
import { requireOwnStore } from "./recovery-home/require-own-store.ts";
import { accountLocation, type HolderInputs, storeLocationOf } from "./store-locations.ts";
import { isMade, openWithKeyFile } from "./upkeep/store-key-file.ts";
import { said } from "../message.ts";

export class ReplicaStores {
  readonly #home: Home;
  readonly #store: Store;
  readonly #files: FileSystem;
  readonly #fence: WriterFence;
  readonly #opened = new Map<string, Promise<ReplicaStore>>();

  constructor(parts: { home: Home; store: Store; files: FileSystem; fence: WriterFence }) {
    this.#fence = parts.fence;
    this.#home = parts.home;
    this.#store = parts.store;
    this.#files = parts.files;
  }

  /**
   * The store of a holder, opened at first use. Throws `NotFound` for an id of nothing that holds replicas, and
   * `AlreadyExists` for a store of another engine.
   */
  async of(holderId: string): Promise<ReplicaStore> {
    const location = this.#locationOf(holderId);
    if (location !== undefined) return this.#open(location, holderId);
    const message = said`There is no storage account, master target, storage classification or host ${nameOf(holderId)}. Declare it first.`;
    throw new SiteRecoveryError("NotFound", message, { target: holderId });
  }

  /** As `of`, but makes nothing: `undefined` if no store was made for the holder, or nothing is left of it. */
  async ofMade(holderId: string): Promise<ReplicaStore | undefined> {
    const location = this.#locationOf(holderId);
    if (location === undefined || !(await isMade(this.#files, location))) return undefined;
    return this.#open(location, holderId);
  }

  #locationOf(holderId: string): StoreLocation | undefined {
    const thing = findThing<HolderInputs>(this.#store, holderId);
    return thing && storeLocationOf(this.#home, thing);
  }

  /**
   * Ids of everything that holds replicas, each once: storage accounts, and what a store was made for or is in use. One
   * that cannot be reached is among them.
   */
  holderIds(): string[] {
    return listThings<HolderInputs>(this.#store, {})
      .filter((thing) => {
        const location = storeLocationOf(this.#home, thing);
        if (location === undefined) return false;
        const wasMade = this.#files.exists(this.#home.witnessFileOf(thing.id));
        return (
          thing.kind === "storage-account" || wasMade || ("folder" in location && this.#isThere(location))
        );
      })
      .map(({ id }) => id);
  }

  /** A folder that cannot be read says nothing; its witness does. */
  #isThere({ folder }: { folder: string }): boolean {
    try {
      return this.#files.exists(path.join(folder, "store.key"));
    } catch (error) {
      if (error instanceof SiteRecoveryError) return false;
      throw error;
    }
  }

  /** Opens a storage account's store as its settings say, making store and key when they are not there. */
  async openStorageAccount(accountId: string, address: Partial<StoreAddress>): Promise<ReplicaStore> {
    const replicas = await this.#open(accountLocation(this.#home, accountId, address), accountId);
    const { objects } = replicas;
    // A bucket that takes no locks is found out now, not by the first cycle.
    if (objects.traits.retentionLock) await objects.lockUntil(storeKeyName, (await objects.now()) + 10_000);
    return replicas;
  }

  /** Opened once, however many ask meanwhile. */
  #open(location: StoreLocation, holderId: string): Promise<ReplicaStore> {
    const key = JSON.stringify(location);
    const opened = this.#opened.get(key) ?? this.#openAnew(location, holderId, key);
    this.#opened.set(key, opened);
    return opened;
  }

  async #openAnew(location: StoreLocation, holderId: string, key: string): Promise<ReplicaStore> {
    try {
      const place = { holderId, location };
      const replicas = await openWithKeyFile(this.#files, this.#home, place, this.#fence);
      const own = { store: this.#store, home: this.#home, engineId: engineIdOf(this.#store) };
      await requireOwnStore(own, holderId, replicas);
      return replicas;
    } catch (error) {
      this.#opened.delete(key);
      throw error;
    }
  }
}

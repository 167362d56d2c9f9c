/**
 * The replica stores of an engine: one for each thing that can hold replicas. A storage account keeps them in the
 * engine's home, a master target in its storage folder (C-4, SEC-2), a storage classification in its folder, a
 * Hyper-V host beside its machines. Keys are kept in the engine's home, never beside the data.
 */
import path from "node:path";
import { nameOf } from "../arm-id.ts";
import type { FileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { KindName } from "../kinds/kind.ts";
import { engineIdOf } from "../store/engine-id.ts";
import type { Store } from "../store/open-store.ts";
import { findThing, listThings, type Thing } from "../store/things.ts";
import type { WriterFence } from "../targets/writer-fence.ts";
import type { ReplicaStore } from "../targets/replica-store.ts";
import type { Home } from "./home.ts";
import { requireOwnStore } from "./recovery-home/require-own-store.ts";
import { isMade, openWithKeyFile } from "./upkeep/store-key-file.ts";
import { said } from "../message.ts";

/** In a host's inventory; the dot keeps it apart from machines, whose names begin with a letter or digit. */
export const hostReplicas = ".replicas";

export interface HolderInputs {
  readonly storageFolder?: string;
  readonly inventoryFolder?: string;
  readonly folder?: string;
}
type FolderOf = (home: Home, thing: Thing<HolderInputs>) => string | undefined;

/** Where each kind of holder keeps its store. A configuration server is a master target by default (C-4). */
const holders: Partial<Record<KindName, FolderOf>> = {
  "storage-account": (home, { id }) => home.storageFolderOf(id),
  "master-target": (_home, { inputs }) => inputs.storageFolder,
  host: (_home, { inputs }) => inputs.inventoryFolder && path.join(inputs.inventoryFolder, hostReplicas),
  "storage-classification": (_home, { inputs }) => inputs.folder,
  "services-provider": (home, { id }) => home.masterTargetFolderOf(id),
};

/** The folder of the store that a thing holds, or `undefined` if it holds none. */
export function storeFolderOf(home: Home, thing: Thing<HolderInputs>): string | undefined {
  return holders[thing.kind]?.(home, thing);
}

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
    const thing = findThing<HolderInputs>(this.#store, holderId);
    const folder = thing && storeFolderOf(this.#home, thing);
    if (folder !== undefined) return this.#open(folder, holderId);
    const message = said`There is no storage account, master target, storage classification or host ${nameOf(holderId)}. Declare it first.`;
    throw new SiteRecoveryError("NotFound", message, { target: holderId });
  }

  /** As `of`, but makes nothing: `undefined` if no store was made for the holder, or nothing is left of it. */
  async ofMade(holderId: string): Promise<ReplicaStore | undefined> {
    const thing = findThing<HolderInputs>(this.#store, holderId);
    const folder = thing && storeFolderOf(this.#home, thing);
    return folder !== undefined && isMade(this.#files, folder) ? this.#open(folder, holderId) : undefined;
  }

  /**
   * Ids of everything that holds replicas, each once: storage accounts, and what a store was made for or is in use. One
   * that cannot be reached is among them.
   */
  holderIds(): string[] {
    return listThings<HolderInputs>(this.#store, {})
      .filter((thing) => {
        const folder = holders[thing.kind]?.(this.#home, thing);
        if (folder === undefined) return false;
        const isMade = this.#files.exists(this.#home.witnessFileOf(thing.id));
        return thing.kind === "storage-account" || isMade || this.#isMade(folder);
      })
      .map(({ id }) => id);
  }

  /** A folder that cannot be read says nothing; its witness does. */
  #isMade(folder: string): boolean {
    try {
      return this.#files.exists(path.join(folder, "store.key"));
    } catch (error) {
      if (error instanceof SiteRecoveryError) return false;
      throw error;
    }
  }

  /** Opens a storage account's store, making store and key when they are not there. */
  async openStorageAccount(accountId: string): Promise<ReplicaStore> {
    return this.#open(this.#home.storageFolderOf(accountId), accountId);
  }

  /** Opened once, whoever asks meanwhile. */
  #open(folder: string, holderId: string): Promise<ReplicaStore> {
    const opened = this.#opened.get(folder) ?? this.#openAnew(folder, holderId);
    this.#opened.set(folder, opened);
    return opened;
  }

  async #openAnew(folder: string, holderId: string): Promise<ReplicaStore> {
    try {
      const place = { holderId, folder };
      const replicas = await openWithKeyFile(this.#files, this.#home, place, this.#fence);
      const own = { store: this.#store, home: this.#home, engineId: engineIdOf(this.#store) };
      await requireOwnStore(own, holderId, replicas);
      return replicas;
    } catch (error) {
      this.#opened.delete(folder);
      throw error;
    }
  }
}

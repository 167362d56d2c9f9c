/**
 * The replica stores of an engine: one for each thing that can hold replicas. A storage account keeps them in the
 * engine's home, a master target in its storage folder (C-4, SEC-2), a Hyper-V host beside its machines. Keys are
 * kept in the engine's home, never beside the data.
 */
import path from "node:path";
import { nameOf } from "../arm-id.ts";
import { type FileSystem, writeAtomically } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { KindName } from "../kinds/kind.ts";
import { systemRandom } from "../random.ts";
import type { Store } from "../store/open-store.ts";
import { findThing, type Thing } from "../store/things.ts";
import { openReplicaStore } from "../targets/open-replica-store.ts";
import type { ReplicaStore } from "../targets/replica-store.ts";
import type { Home } from "./home.ts";

const keySizeBytes = 32;
/** In a host's inventory; the dot keeps it apart from machines, whose names begin with a letter or digit. */
const hostReplicas = ".replicas";

interface HolderInputs {
  readonly storageFolder?: string;
  readonly inventoryFolder?: string;
}
type FolderOf = (home: Home, thing: Thing<HolderInputs>) => string | undefined;

/** Where each kind of holder keeps its store. A configuration server is a master target by default (C-4). */
const holders: Partial<Record<KindName, FolderOf>> = {
  "storage-account": (home, { id }) => home.storageFolderOf(id),
  "master-target": (_home, { inputs }) => inputs.storageFolder,
  host: (_home, { inputs }) => inputs.inventoryFolder && path.join(inputs.inventoryFolder, hostReplicas),
  "services-provider": (home, { id }) => home.masterTargetFolderOf(id),
};

/** The key file of a store, made on first use: random, readable by its owner alone, never in the store. */
function ensureKeyFile(files: FileSystem, home: Home, holderId: string): string {
  const keyFile = home.keyFileOf(holderId);
  if (files.exists(keyFile)) return keyFile;
  files.makeFolder(path.dirname(keyFile));
  // Key material never comes from an injected source of chance.
  writeAtomically(files, keyFile, Buffer.from(Buffer.from(systemRandom.bytes(keySizeBytes)).toString("hex")));
  return keyFile;
}

export class ReplicaStores {
  readonly #home: Home;
  readonly #store: Store;
  readonly #files: FileSystem;
  readonly #injected: boolean;
  readonly #opened = new Map<string, ReplicaStore>();

  constructor(parts: { home: Home; store: Store; files: FileSystem; injected: boolean }) {
    this.#home = parts.home;
    this.#store = parts.store;
    this.#files = parts.files;
    this.#injected = parts.injected;
  }

  /** The store of a holder, opened at first use. Throws `NotFound` for an id of nothing that holds replicas. */
  of(holderId: string): ReplicaStore {
    const thing = findThing<HolderInputs>(this.#store, holderId);
    const folder = thing && holders[thing.kind]?.(this.#home, thing);
    if (folder !== undefined) return this.#open(folder, holderId);
    const message = `There is no storage account, master target or host ${nameOf(holderId)}. Declare it first.`;
    throw new SiteRecoveryError("NotFound", message, { target: holderId });
  }

  /** Opens a storage account's store, making store and key when they are not there. */
  openStorageAccount(accountId: string): ReplicaStore {
    return this.#open(this.#home.storageFolderOf(accountId), accountId);
  }

  #open(folder: string, holderId: string): ReplicaStore {
    const opened = this.#opened.get(folder);
    if (opened) return opened;
    const keyFile = ensureKeyFile(this.#files, this.#home, holderId);
    const files = this.#injected ? { files: this.#files } : {};
    const witnessPath = this.#home.witnessFileOf(holderId);
    const replicas = openReplicaStore({ folder, keyFile, witnessPath, ...files });
    this.#opened.set(folder, replicas);
    return replicas;
  }
}

import { availableParallelism } from "node:os";
import path from "node:path";
import { type FileSystem, localFileSystem, makeFolderDurably } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { FolderStore } from "./folder-store.ts";
import { KeyRing, type KeyRingSpec } from "./key-ring.ts";
import type { WriterFence } from "./machine-folder.ts";
import { reachFailure, readWitness, storeIdIn, storeUnreachable, writeWitness } from "./reach-store.ts";
import type { ReplicaStore } from "./replica-store.ts";
import { createStoreKey, readStoreKey, type StoreSecret } from "./store-key.ts";
import { said } from "../message.ts";

export type OpenStoreOptions = StoreSecret & StorePlace;

interface StorePlace {
  readonly folder: string;
  /**
   * A file apart from the store that remembers which one was made there. With it a store that has gone away is
   * `TargetUnreachable` and never made again.
   */
  readonly witnessPath?: string;
  /** Make the store when the folder has none. Default: true. */
  readonly create?: boolean;
  /**
   * Worker threads for large copies. Default: one a core; 0 with a file system other than the machine's own.
   */
  readonly threads?: number;
  readonly files?: FileSystem;
  /** The lease that recovery points are written under. Absent: without one. */
  readonly fence?: WriterFence;
}

/**
 * Opens a replica store in a folder, and makes it first when there is none. Throws `WrongKey` when the secret
 * is not the one it was locked with, `Damaged` when its key file is not what was written, `NotFound` when there
 * is no store and none may be made, and `TargetUnreachable` when the folder is not to be used, or the store
 * that was made there is not there now.
 */
export function openReplicaStore(options: OpenStoreOptions): ReplicaStore {
  const files = options.files ?? localFileSystem;
  const threads = options.threads ?? (files === localFileSystem ? availableParallelism() : 0);
  try {
    const spec = openKey(files, options);
    return new FolderStore(files, options.folder, new KeyRing(spec), threads, options.fence);
  } catch (error) {
    throw reachFailure(options.folder, error) ?? error;
  }
}

function openKey(files: FileSystem, options: OpenStoreOptions): KeyRingSpec {
  const { folder, witnessPath } = options;
  const keyPath = path.join(folder, "store.key");
  const witness = witnessPath === undefined ? undefined : readWitness(files, witnessPath);
  const isThere = files.exists(keyPath);
  if (isThere && witness !== undefined && (storeIdIn(files, keyPath) ?? witness) !== witness) {
    throw storeUnreachable(folder, "another store is in its place");
  }
  if (!isThere) refuseToMake(files, options, witness !== undefined);
  const spec = isThere ? readStoreKey(files, keyPath, options) : makeStore(files, keyPath, options);
  if (witnessPath !== undefined && witness === undefined) {
    writeWitness(files, witnessPath, Buffer.from(spec.storeId).toString("hex"));
  }
  return spec;
}

/** Throws when there should be a store, or none may be made. */
function refuseToMake(files: FileSystem, options: OpenStoreOptions, wasMade: boolean): void {
  const { folder } = options;
  if (files.list(path.join(folder, "machines")).length > 0) {
    const message = said`The replica store in ${folder} has lost its key file store.key. Put a copy of it
        back; without it the replicas cannot be read.`;
    throw new SiteRecoveryError("Damaged", message, { target: path.join(folder, "store.key") });
  }
  if (wasMade) throw storeUnreachable(folder, "it was made there once, and nothing of it is there now");
  if (options.create === false) {
    throw new SiteRecoveryError("NotFound", said`There is no replica store in ${folder}.`, {
      target: folder,
    });
  }
}

function makeStore(files: FileSystem, keyPath: string, options: OpenStoreOptions): KeyRingSpec {
  makeFolderDurably(files, options.folder);
  return createStoreKey(files, keyPath, options);
}

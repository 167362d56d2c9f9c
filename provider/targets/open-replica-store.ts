import { availableParallelism } from "node:os";
import path from "node:path";
import { type FileSystem, localFileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { FolderStore } from "./folder-store.ts";
import { KeyRing } from "./key-ring.ts";
import type { ReplicaStore } from "./replica-store.ts";
import { createStoreKey, readStoreKey, type StoreSecret } from "./store-key.ts";

export type OpenStoreOptions = StoreSecret & StorePlace;

interface StorePlace {
  readonly folder: string;
  /** Make the store when the folder has none. Default: true. */
  readonly create?: boolean;
  /**
   * Worker threads for large copies. Default: one a core; 0 with a file system other than the machine's own.
   */
  readonly threads?: number;
  readonly files?: FileSystem;
}

/**
 * Opens a replica store in a folder, and makes it first when there is none. Throws `WrongKey` when the secret
 * is not the one it was locked with, `Damaged` when its key file is not what was written, and `NotFound` when
 * there is no store and none may be made.
 */
export function openReplicaStore(options: OpenStoreOptions): ReplicaStore {
  const files = options.files ?? localFileSystem;
  const keyPath = path.join(options.folder, "store.key");
  const threads = options.threads ?? (files === localFileSystem ? availableParallelism() : 0);
  if (files.exists(keyPath)) {
    return new FolderStore(
      files,
      options.folder,
      new KeyRing(readStoreKey(files, keyPath, options)),
      threads,
    );
  }
  if (files.list(path.join(options.folder, "machines")).length > 0) {
    const message =
      `The replica store in ${options.folder} has lost its key file store.key. Put a copy of it ` +
      "back; without it the replicas cannot be read.";
    throw new SiteRecoveryError("Damaged", message, { target: keyPath });
  }
  if (options.create === false) {
    const message = `There is no replica store in ${options.folder}.`;
    throw new SiteRecoveryError("NotFound", message, { target: options.folder });
  }
  files.makeFolder(options.folder);
  files.syncFolder(path.dirname(path.resolve(options.folder)));
  const spec = createStoreKey(files, keyPath, options);
  return new FolderStore(files, options.folder, new KeyRing(spec), threads);
}

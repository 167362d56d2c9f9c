import { availableParallelism } from "node:os";
import path from "node:path";
import {
  type FileSystem,
  localFileSystem,
  makeFolderDurably,
  makeNameDurable,
} from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { Objects } from "../ports/objects.ts";
import { KeyRing, type KeyRingSpec } from "./key-ring.ts";
import type { WriterFence } from "./writer-fence.ts";
import { ObjectStore } from "./object-store.ts";
import { placesAt, type StoreLocation } from "./store-location.ts";
import { reachFailure, readWitness, storeIdOf, storeUnreachable, writeWitness } from "./reach-store.ts";
import type { ReplicaStore } from "./replica-store.ts";
import { createStoreKey, readKeyObject, readStoreKey, storeKeyName, type StoreSecret } from "./store-key.ts";
import { said } from "../message.ts";

export type OpenStoreOptions = StoreSecret & StorePlace;

interface StorePlace {
  /** Where the store is; a folder is short for the location of one. */
  readonly folder?: string;
  readonly location?: StoreLocation;
  /**
   * A file apart from the store that remembers which one was made there. With it a store that has gone away is
   * `TargetUnreachable` and never made again.
   */
  readonly witnessPath?: string;
  /** Make the store when there is none. Default: true. */
  readonly create?: boolean;
  /**
   * Worker threads for large copies. Default: one a core; 0 where only this thread can reach the store.
   */
  readonly threads?: number;
  /** The file system of this computer; that of a store in a folder as well. */
  readonly files?: FileSystem;
  /** The lease that recovery points are written under. Absent: without one. */
  readonly fence?: WriterFence;
}

/**
 * Opens a replica store, and makes it first when there is none. Throws `WrongKey` when the secret
 * is not the one it was locked with, `Damaged` when its key file is not what was written, `NotFound` when there
 * is no store and none may be made, and `TargetUnreachable` when the place is not to be used, or the store
 * that was made there is not there now.
 */
export async function openReplicaStore(options: OpenStoreOptions): Promise<ReplicaStore> {
  const files = options.files ?? localFileSystem;
  const places = placesAt(files, options.location ?? { folder: options.folder! });
  const { objects } = places;
  // Another file system is known to this thread only.
  const isLocal = files === localFileSystem && objects.address !== undefined;
  const threads = options.threads ?? (isLocal ? availableParallelism() : 0);
  try {
    const spec = await openKey(files, objects, options);
    return new ObjectStore(places, new KeyRing(spec), threads, options.fence);
  } catch (error) {
    throw reachFailure(objects.place, error) ?? error;
  }
}

async function openKey(files: FileSystem, objects: Objects, options: OpenStoreOptions): Promise<KeyRingSpec> {
  const { witnessPath } = options;
  const witness = witnessPath === undefined ? undefined : readWitness(files, witnessPath);
  const keyObject = await readKeyObject(objects);
  const found = storeIdOf(keyObject);
  if (found !== undefined && found !== "damaged" && witness !== undefined && found !== witness) {
    throw storeUnreachable(objects.place, "another store is in its place");
  }
  if (found === undefined) await refuseToMake(objects, options, witness !== undefined);
  const spec =
    found === undefined
      ? await makeStore(files, objects, options)
      : await readStoreKey(objects, files, options, keyObject);
  if (witnessPath !== undefined && witness === undefined) {
    // The witness must not outlive a store that a killed process had no time to make durable.
    makeKeyObjectDurable(files, options.location ?? { folder: options.folder! });
    writeWitness(files, witnessPath, Buffer.from(spec.storeId).toString("hex"));
  }
  return spec;
}

/** Throws when there should be a store, or none may be made. */
async function refuseToMake(objects: Objects, options: OpenStoreOptions, wasMade: boolean): Promise<void> {
  const { place } = objects;
  if (await holdsMachines(objects)) {
    const message = said`The replica store in ${place} has lost its key file store.key. Put a copy of it
        back; without it the replicas cannot be read.`;
    throw new SiteRecoveryError("Damaged", message, { target: objects.placeOf(storeKeyName) });
  }
  if (wasMade) throw storeUnreachable(place, "it was made there once, and nothing of it is there now");
  if (options.create === false) {
    throw new SiteRecoveryError("NotFound", said`There is no replica store in ${place}.`, { target: place });
  }
}

/** Whether there is anything that only a key can open. */
export async function holdsMachines(objects: Objects): Promise<boolean> {
  for await (const _object of objects.list("machines/")) return true;
  return false;
}

/**
 * Makes a store's key object durable as it is now, in a folder: a process that was killed right after it had put or
 * changed it may have had no time to. In object storage it is durable once it can be read.
 */
export function makeKeyObjectDurable(files: FileSystem, location: StoreLocation): void {
  if ("folder" in location) makeNameDurable(files, path.join(location.folder, storeKeyName));
}

async function makeStore(
  files: FileSystem,
  objects: Objects,
  options: OpenStoreOptions,
): Promise<KeyRingSpec> {
  const { folder } = options.location && "folder" in options.location ? options.location : options;
  if (folder !== undefined) makeFolderDurably(files, folder);
  // Of two who make it, the one who is later opens what the other has made.
  return (await createStoreKey(objects, files, options)) ?? readStoreKey(objects, files, options);
}

/**
 * The key file of a store of replicas: made with the store, found again, changed. A change touches two files, so the
 * new key is beside the old one until the store is locked with it: whatever a crash leaves, one of them opens the
 * store, and the next opening tidies up.
 */
import path from "node:path";
import { nameOf } from "../../arm-id.ts";
import {
  type FileSystem,
  localFileSystem,
  makeFolderDurably,
  makeNameDurable,
  writeAtomically,
} from "../../blocks/file-system.ts";
import { hasCode, SiteRecoveryError } from "../../errors.ts";
import { randomHex, systemRandom } from "../../random.ts";
import { takeLease } from "../../store/leases.ts";
import { holdsMachines, makeKeyObjectDurable, openReplicaStore } from "../../replica/open-replica-store.ts";
import { describeLocation, withObjects, type StoreLocation } from "../../replica/store-location.ts";
import { storeKeyName } from "../../replica/store-key.ts";
import { findThing } from "../../store/things.ts";
import type { WriterFence } from "../../replica/writer-fence.ts";
import type { ReplicaStore } from "../../replica/replica-store.ts";
import type { EngineParts } from "../engine-parts.ts";
import { type HolderInputs, storeLocationOf } from "../store-locations.ts";
import type { Home } from "../home.ts";
import { said } from "../../message.ts";

const keySizeBytes = 32;

/** Random, as hexadecimal digits, readable by its owner alone. */
function writeKey(files: FileSystem, keyFile: string): void {
  makeFolderDurably(files, path.dirname(keyFile));
  // Key material never comes from an injected source of chance.
  writeAtomically(files, keyFile, Buffer.from(randomHex(systemRandom, keySizeBytes)));
}

/** What holds replicas, and where. */
export interface StorePlace {
  /** The id of a storage account, a master target, a storage classification, a host or a configuration server. */
  readonly holderId: string;
  readonly location: StoreLocation;
}

/** Whether anything is there that only a key can open. */
export function isMade(files: FileSystem, location: StoreLocation): Promise<boolean> {
  return withObjects(
    files,
    location,
    async (objects) => (await objects.facts(storeKeyName)) !== undefined || (await holdsMachines(objects)),
  );
}

function lostKey(files: FileSystem, home: Home, { holderId, location }: StorePlace): SiteRecoveryError {
  const keyFile = home.keyFileOf(holderId);
  const message = said`The key file ${keyFile} of ${nameOf(holderId)} is gone, and nothing else opens the replicas in
      ${describeLocation(files, location)}. Put a copy of it back; no new key is made over replicas that need the old one.`;
  return new SiteRecoveryError("WrongKey", message, { target: keyFile });
}

/**
 * Opens the replica store of what holds one, and makes store and key when there is neither. Throws `WrongKey`, naming the
 * key file, when that is gone or is not the one the store was locked with.
 */
export async function openWithKeyFile(
  files: FileSystem,
  home: Home,
  place: StorePlace,
  fence?: WriterFence,
): Promise<ReplicaStore> {
  const { holderId, location } = place;
  const keyFile = home.keyFileOf(holderId);
  const nextKeyFile = home.nextKeyFileOf(holderId);
  const witnessPath = home.witnessFileOf(holderId);
  const port = files === localFileSystem ? {} : { files };
  const open = (secret: string): Promise<ReplicaStore> =>
    openReplicaStore({ location, keyFile: secret, witnessPath, ...port, ...(fence ? { fence } : {}) });
  if (!(await isMade(files, location))) {
    // A key that is there may be a killed process's, who had no time to make its name durable.
    if (files.exists(keyFile)) makeNameDurable(files, keyFile);
    else writeKey(files, keyFile);
    return open(keyFile);
  }
  let failure: unknown;
  // The last look is for a change by another process that ended between the first two.
  for (const candidate of [keyFile, nextKeyFile, keyFile]) {
    if (!files.exists(candidate)) continue;
    try {
      const replicas = await open(candidate);
      if (candidate === nextKeyFile) {
        // The old key goes only when the store can never be locked with it again.
        makeKeyObjectDurable(files, location);
        putInPlace(files, nextKeyFile, keyFile);
      }
      return replicas;
    } catch (error) {
      if (!hasCode(error, "WrongKey")) throw error;
      failure ??= error;
    }
  }
  throw failure ?? lostKey(files, home, place);
}

/** The store is locked with the next key: it takes the old one's place. */
function putInPlace(files: FileSystem, nextKeyFile: string, keyFile: string): void {
  try {
    files.rename(nextKeyFile, keyFile);
  } catch (error) {
    // Another process was faster.
    if (!hasCode(error, "NotFound")) throw error;
  }
  files.syncFolder(path.dirname(keyFile));
}

/** Removes keys that killed changes had begun to write. They never locked anything. */
function removeUnfinished(files: FileSystem, keyFile: string): void {
  const folder = path.dirname(keyFile);
  const prefix = `${path.basename(keyFile)}.`;
  for (const name of files.list(folder)) {
    if (name.startsWith(prefix) && name.endsWith(".new")) files.remove(path.join(folder, name));
  }
}

/** Locks a store with a new random key and returns it opened. No other change of its key may be under way. */
export async function replaceKey(files: FileSystem, home: Home, place: StorePlace): Promise<ReplicaStore> {
  // Opening it ends what an earlier change has left, so that the next key is still unused.
  const replicas = await openWithKeyFile(files, home, place);
  const nextKeyFile = home.nextKeyFileOf(place.holderId);
  removeUnfinished(files, home.keyFileOf(place.holderId));
  writeKey(files, nextKeyFile);
  await replicas.rotateKey({ keyFile: nextKeyFile });
  putInPlace(files, nextKeyFile, home.keyFileOf(place.holderId));
  return replicas;
}

/**
 * Locks a store of replicas with a new random key; the old one opens it no more. Nothing is rewritten but the key file
 * and the store's small `store.key`. Returns the key file's path.
 */
export async function rotateStoreKey(parts: EngineParts, holderId: string): Promise<string> {
  // Throws for an id of nothing that holds replicas, and for a store that is away.
  await parts.replicaStoreOf(holderId);
  const location = storeLocationOf(parts.home, findThing<HolderInputs>(parts.store, holderId)!)!;
  const lease = takeLease(parts.store, holderId, "a change of its key", parts.clock);
  try {
    const { files, home } = parts;
    await replaceKey(files, home, { holderId, location });
    return home.keyFileOf(holderId);
  } finally {
    lease.release();
  }
}

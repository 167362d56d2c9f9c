/** Puts real drivers behind the engine's ports. */
import os from "node:os";
import { nameOf } from "../arm-id.ts";
import { type FileSystem, localFileSystem, writeAtomically } from "../blocks/file-system.ts";
import { type Clock, systemClock } from "../clock.ts";
import { SiteRecoveryError } from "../errors.ts";
import { folderMachines } from "../machines/folder-machines.ts";
import { type Random, systemRandom } from "../random.ts";
import { openStore } from "../store/open-store.ts";
import { findThing } from "../store/things.ts";
import { openReplicaStore } from "../targets/open-replica-store.ts";
import type { ReplicaStore } from "../targets/replica-store.ts";
import type { EngineParts } from "./engine-parts.ts";
import { type Home, homeAt } from "./home.ts";

const keySizeBytes = 32;

/** Copies that one process runs at once: more than its cores only makes each of them slower. */
const copiesMax = Math.max(1, Math.min(4, os.availableParallelism()));

function slots(limit: number): EngineParts["copySlot"] {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/** The key file of a storage account, made on first use: random, readable by its owner alone, never in the store. */
function ensureKeyFile(files: FileSystem, home: Home, accountId: string): string {
  const keyFile = home.keyFileOf(accountId);
  if (files.exists(keyFile)) return keyFile;
  files.makeFolder(`${home.folder}/keys`);
  // Key material never comes from an injected source of chance.
  writeAtomically(files, keyFile, Buffer.from(Buffer.from(systemRandom.bytes(keySizeBytes)).toString("hex")));
  return keyFile;
}

export function openParts(options: {
  home: string;
  clock?: Clock;
  random?: Random;
  files?: FileSystem;
}): EngineParts {
  const files = options.files ?? localFileSystem;
  const clock = options.clock ?? systemClock;
  const home = homeAt(options.home);
  const store = openStore(home.storeFile);
  const replicaStores = new Map<string, ReplicaStore>();
  const openAccount = async (accountId: string): Promise<ReplicaStore> => {
    const folder = home.storageFolderOf(accountId);
    const opened = replicaStores.get(folder);
    if (opened) return opened;
    const keyFile = ensureKeyFile(files, home, accountId);
    const witnessPath = home.witnessFileOf(accountId);
    const replicas = openReplicaStore({ folder, keyFile, witnessPath, ...(options.files ? { files } : {}) });
    replicaStores.set(folder, replicas);
    return replicas;
  };
  return {
    home,
    store,
    clock,
    random: options.random ?? systemRandom,
    files,
    machines: folderMachines(files),
    openReplicaStore: openAccount,
    replicaStoreOf: async (accountId) => {
      if (findThing(store, accountId)?.kind === "storage-account") return openAccount(accountId);
      const message = `There is no storage account ${nameOf(accountId)}. Declare it first.`;
      throw new SiteRecoveryError("NotFound", message, { target: accountId });
    },
    copiesMax,
    copySlot: slots(copiesMax),
  };
}

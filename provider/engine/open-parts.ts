/** Puts real drivers behind the engine's ports. */
import os from "node:os";
import { nameOf } from "../arm-id.ts";
import { type FileSystem, localFileSystem } from "../blocks/file-system.ts";
import { type Clock, systemClock } from "../clock.ts";
import { SiteRecoveryError } from "../errors.ts";
import { folderMachines } from "../machines/folder-machines.ts";
import { type Random, systemRandom } from "../random.ts";
import { openStore } from "../store/open-store.ts";
import { findThing } from "../store/things.ts";
import type { ReplicaStore } from "../targets/replica-store.ts";
import type { EngineParts } from "./engine-parts.ts";
import { homeAt } from "./home.ts";
import { openAccount } from "./upkeep/account-key.ts";

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
  const openOnce = async (accountId: string): Promise<ReplicaStore> => {
    const folder = home.storageFolderOf(accountId);
    const opened = replicaStores.get(folder);
    if (opened) return opened;
    const replicas = openAccount(files, home, accountId);
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
    openReplicaStore: openOnce,
    replicaStoreOf: async (accountId) => {
      if (findThing(store, accountId)?.kind === "storage-account") return openOnce(accountId);
      const message = `There is no storage account ${nameOf(accountId)}. Declare it first.`;
      throw new SiteRecoveryError("NotFound", message, { target: accountId });
    },
    copiesMax,
    copySlot: slots(copiesMax),
  };
}

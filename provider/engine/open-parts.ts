/** Puts real drivers behind the engine's ports. */
import os from "node:os";
import path from "node:path";
import pLimit from "p-limit";
import { ProcessServers } from "./components/process-servers.ts";
import { type FileSystem, localFileSystem } from "../blocks/file-system.ts";
import { type Clock, systemClock } from "../clock.ts";
import { type Log, noLog } from "../log.ts";
import { folderMachines } from "../machines/folder-machines.ts";
import { commandHooks } from "../machines/machine-hooks.ts";
import { type Random, systemRandom } from "../random.ts";
import { engineIdOf } from "../store/engine-id.ts";
import { openStore } from "../store/open-store.ts";
import type { EngineParts } from "./engine-parts.ts";
import { homeAt } from "./home.ts";
import { serverProgram } from "./instant-start/server-program.ts";
import type { Scenario } from "./job/job-definition.ts";
import { resumeJob } from "./job/run-job.ts";
import { scenarios } from "./scenarios.ts";
import { guestHooks } from "../drivers/machines-qemu/guest-hooks.ts";
import { qemuInstantStart } from "../drivers/machines-qemu/instant-start.ts";
import { qemuMachines } from "../drivers/machines-qemu/qemu-machines.ts";
import { qemuSnapshots } from "../drivers/machines-qemu/qemu-snapshots.ts";
import { libvirtHooks } from "../drivers/machines-libvirt/libvirt-hooks.ts";
import { libvirtMachines } from "../drivers/machines-libvirt/libvirt-machines.ts";
import { libvirtSnapshots } from "../drivers/machines-libvirt/libvirt-snapshots.ts";
import { vsphereMachines } from "../drivers/machines-vsphere/vsphere-machines.ts";
import { vsphereSnapshots } from "../drivers/machines-vsphere/vsphere-snapshots.ts";
import { ReplicaStores } from "./replica-stores.ts";
import { fenceOf, leasedFiles } from "./lease/under-lease.ts";
import { folderSnapshots } from "../disks/folder-snapshots.ts";

/** Copies that one process runs at once: more than its cores only makes each of them slower. */
const copiesMax = Math.max(1, Math.min(4, os.availableParallelism()));

export function openParts(options: {
  home: string;
  clock?: Clock;
  random?: Random;
  files?: FileSystem;
  log?: Log;
}): EngineParts {
  const files = options.files ?? localFileSystem;
  const clock = options.clock ?? systemClock;
  const home = homeAt(options.home);
  const store = openStore(home.storeFile);
  const stores = new ReplicaStores({
    home,
    store,
    files,
    fence: fenceOf({ store, clock }),
  });
  const servers = new ProcessServers({ home, store, files, clock });
  const random = options.random ?? systemRandom;
  const leased = leasedFiles(files, { store, clock });
  const guests = { files, clock, random, serverProgram: serverProgram() };
  const parts: EngineParts = {
    get engineId() {
      return engineIdOf(store);
    },
    home,
    store,
    clock,
    random,
    files,
    log: options.log ?? noLog,
    // A machine changes its power, definition and place by files that are renamed or removed.
    machines: vsphereMachines(
      libvirtMachines(qemuMachines(folderMachines(leased), { ...guests, files: leased }), { clock }),
      { clock },
    ),
    instantStart: qemuInstantStart(guests),
    snapshots: vsphereSnapshots(
      libvirtSnapshots(qemuSnapshots(folderSnapshots({ files, clock }), guests), {
        ...guests,
        folder: path.join(home.folder, "libvirt"),
      }),
    ),
    hooks: libvirtHooks(guestHooks(commandHooks(clock), guests), { clock }),
    openReplicaStore: (accountId, address) => stores.openStorageAccount(accountId, address),
    replicaHolderIds: () => stores.holderIds(),
    replicaStoreOf: async (holderId) => stores.of(holderId),
    madeStoreOf: (holderId) => stores.ofMade(holderId),
    processServerOf: (serverId) => servers.of(serverId),
    resumeJob: (job, progress) => resumeJob(parts, scenarios[job.scenario as Scenario], job, progress),
    copiesMax,
    copySlot: pLimit(copiesMax),
  };
  return parts;
}

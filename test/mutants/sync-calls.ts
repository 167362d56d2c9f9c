/** Each call of `sync`, `syncLater` and `syncFolder` in provider/, left out. */
import { faultsIn, type Mutant } from "./mutant.ts";

const disks = ["test/disks/power-loss.test.ts"];
const replicas = ["test/power-loss/replicas.test.ts"];
const machines = ["test/power-loss/machines.test.ts"];
const recoveryHome = ["test/power-loss/recovery-home.test.ts"];
const target = ["test/power-loss/served-store.test.ts"];
const device = ["test/blocks/local-file-system.test.ts"];

export const syncCalls: readonly Mutant[] = [
  ...faultsIn("provider/blocks/file-system.ts", device, {
    "local-sync": [
      `attempt("sync", this.path, () => fs.fsyncSync(this.#descriptor));`,
      ``,
      "no file is ever made durable",
    ],
    "local-sync-later": [
      `fs.fsync(this.#descriptor, (error) => {`,
      `setImmediate((error?: Error) => {`,
      "disk images and segments are never made durable",
    ],
    "local-sync-folder": [`fs.fsyncSync(descriptor);`, ``, "no name is ever made durable"],
    "folder-name": [
      `files.syncFolder(folder);`,
      ``,
      "a new home loses its keys folder, a store its machines",
      replicas,
    ],
    "atomic-bytes": [
      `file.write(content, 0);\n      file.sync();`,
      `file.write(content, 0);`,
      "keys, recovery points and power states are empty after a power cut",
      replicas,
    ],
    "atomic-name": [
      `files.syncFolder(path.dirname(filePath));`,
      ``,
      "an acknowledged recovery point or key is gone after a power cut",
      replicas,
    ],
  }),
  ...faultsIn("provider/disks/owned-disk.ts", disks, {
    "disk-flush": [
      `await this.#file.syncLater().catch((error: unknown) => this.#trust.lose(error));`,
      ``,
      "flushed writes of a source disk are lost",
    ],
  }),
  ...faultsIn("provider/disks/change-log.ts", disks, {
    "log-sync-sealed": [
      `try {\n    file.sync();`,
      `try {`,
      "changes of a closed disk are lost with the sealed log",
    ],
    "log-sync-live": [`this.#file.sync();`, ``, "changes of a closed disk are lost with the live log"],
  }),
  ...faultsIn("provider/disks/replace-live-log.ts", replicas, {
    "log-durable": [`if (replacement.durable) log.sync();`, ``, "a new log has its name and not its header"],
    "log-put-aside": [
      `if (replacement.durable) files.syncFolder(path.dirname(diskPath));`,
      ``,
      "the changes of a snapshot that was not completed are gone with their log",
      ["test/power-loss/put-aside.test.ts"],
    ],
  }),
  ...faultsIn("provider/disks/change-tracking.ts", [...disks, ...replicas], {
    "log-opened": [
      `this.#live.keepState({ isWriting: false, facts: this.#watch.known });\n    this.#live.sync();\n    this.#image`,
      `this.#live.keepState({ isWriting: false, facts: this.#watch.known });\n    this.#image`,
      "a power cut while a writer has the disk is not noticed",
    ],
    "log-opened-name": [
      `this.#image.files.syncFolder(path.dirname(this.#image.diskPath));\n    this.#writing = true;`,
      `this.#writing = true;`,
      "the log of a disk that is written to is gone after a power cut",
      ["test/power-loss/put-aside.test.ts"],
    ],
    "log-closed": [
      `this.#live.append({ kind: "closed" });\n    this.#live.sync();`,
      `this.#live.append({ kind: "closed" });`,
      "a disk that was closed well asks for a resync",
    ],
    "log-closed-name": [
      `this.#image.files.syncFolder(path.dirname(this.#image.diskPath));\n    this.#writing = false;`,
      `this.#writing = false;`,
      "the logs of a disk that was closed well are gone",
    ],
    "log-sealed-name": [
      `if (!this.#writing) this.#image.files.syncFolder(path.dirname(this.#image.diskPath));`,
      ``,
      "the log that the newest point continues is gone, and all of the disk is sent again",
      ["test/power-loss/put-aside.test.ts"],
    ],
    "log-forgotten-name": [
      `this.#image.files.syncFolder(path.dirname(this.#image.diskPath));\n    for (const logPath of sealedLogs) this.#image.files.remove(logPath);`,
      `for (const logPath of sealedLogs) this.#image.files.remove(logPath);`,
      "a disk has no log, and all of it is sent again",
      ["test/power-loss/put-aside.test.ts"],
    ],
  }),
  ...faultsIn("provider/machines/folder-machines.ts", machines, {
    "machine-undefined": [
      `files.syncFolder(folder);\n      }`,
      `}`,
      "half of a removed machine is a running machine",
    ],
    "machine-removed": [
      `if (files.exists(path.dirname(folder))) files.syncFolder(path.dirname(folder));`,
      ``,
      "a machine that was removed is there again after a power cut",
      ["test/machines/folder-machines.test.ts"],
    ],
  }),
  ...faultsIn("provider/machines/foreign-files.ts", machines, {
    "half-removed": [
      `files.remove(path.join(folder, machineFile));\n  files.syncFolder(folder);`,
      `files.remove(path.join(folder, machineFile));`,
      "half of a removed machine, in whose folder a person had files, is a machine",
    ],
    "taken-out": [
      `files.remove(path.join(folder, name));\n  files.syncFolder(folder);`,
      `files.remove(path.join(folder, name));`,
      "images of a removed machine are beside a person's files again after a power cut",
    ],
  }),
  ...faultsIn("provider/machines/machine-mark.ts", machines, {
    "mark-bytes": [`opened.sync();`, ``, "a machine's mark is empty: nobody may move or remove it"],
    "mark-name": [
      `files.syncFolder(folder);`,
      ``,
      "a machine that the engine made carries no mark after a power cut",
    ],
  }),
  ...faultsIn("provider/disks/image-watch.ts", ["test/disks/untracked-writes.test.ts"], {
    "mapped-pages": [`this.#file.sync();`, ``, "what a program stores to a mapped image again is never sent"],
  }),
  ...faultsIn("provider/qemu/snapshots/wrapper.ts", ["test/qemu/snapshots/wrapper.test.ts"], {
    "wrapper-bytes": [
      `file.sync();`,
      `file.facts();`,
      "the file for the bitmaps of a raw image is empty after a power cut",
    ],
    "wrapper-name": [
      `files.syncFolder(folder);`,
      ``,
      "after a power cut an earlier wrapper's bitmaps are taken for those of an image that was changed",
    ],
  }),
  ...faultsIn("provider/engine/replication/overlay-marks.ts", replicas, {
    "overlay-confirm": [
      `this.#write(blocks, marks.durable);\n    this.#file.sync();`,
      `this.#write(blocks, marks.durable);`,
      "flushed writes to an attached disk are lost",
    ],
  }),
  ...faultsIn("provider/engine/replication/restore-disk.ts", replicas, {
    "restored-bytes": [
      `layout.finish();\n    await image.syncLater();`,
      `layout.finish();`,
      "a restored image has its name and not its bytes",
    ],
    "restored-name": [`files.syncFolder(path.dirname(toPath));`, ``, "a restored image is gone"],
  }),
  ...faultsIn("provider/engine/replication/apply-delta.ts", ["test/power-loss/apply-delta.test.ts"], {
    "applied-bytes": [
      `try {\n    await image.syncLater();`,
      `try {`,
      "a failback is done and its bytes are not there",
    ],
  }),
  ...faultsIn("provider/engine/failover/overwritten-disk.ts", ["test/power-loss/overwritten-disk.test.ts"], {
    "overwritten-name": [
      `files.syncFolder(path.dirname(to));`,
      ``,
      "after a power cut a half-made disk has its name, and what is written to it is overwritten",
    ],
  }),
  ...faultsIn("provider/engine/replication/attach-point.ts", replicas, {
    "overlay-flush": [
      `await this.#image.syncLater().catch((error: unknown) => this.#trust.lose(error));`,
      ``,
      "flushed writes to an attached disk are lost",
    ],
  }),
  ...faultsIn("provider/engine/replication/open-overlay.ts", replicas, {
    "overlay-name": [
      `files.syncFolder(dirname(path));`,
      ``,
      "a new overlay is gone with what was flushed to it",
    ],
  }),
  ...faultsIn("provider/engine/upkeep/store-key-file.ts", replicas, {
    "key-in-place": [
      `files.syncFolder(path.dirname(keyFile));`,
      ``,
      "the changed key is not durable under its name",
    ],
  }),
  ...faultsIn("provider/replica/copy-store.ts", recoveryHome, {
    "copied-name": [`files.syncFolder(path.dirname(to));`, ``, "a store that was copied is gone"],
    "copied-folder": [
      `  files.syncFolder(to);\n  return bytes;`,
      `  return bytes;`,
      "a copied store lacks files",
    ],
    "copied-bytes": [`target.sync();`, ``, "a copied store lacks bytes"],
  }),
  ...faultsIn("provider/drivers/objects-folder/place-file.ts", replicas, {
    "object-bytes": [
      `await write(file);\n    await file.syncLater();`,
      `await write(file);`,
      "recovery points, keys and what came through a cache are empty after a power cut",
    ],
  }),
  ...faultsIn("provider/drivers/objects-folder/folder-objects.ts", replicas, {
    "object-name": [
      `this.#files.syncFolder(path.dirname(filePath));`,
      ``,
      "an acknowledged recovery point is gone after a power cut",
    ],
    "object-folder": [
      `this.#files.syncFolder(path.dirname(at));`,
      ``,
      "what was put in a folder that a killed process had made is gone after a power cut",
      ["test/power-loss/folder-objects.test.ts"],
    ],
    "object-removed": [
      `if (this.#files.exists(folder)) this.#files.syncFolder(folder);`,
      ``,
      "a thing that was deleted comes back with a rebuilt home",
      [...replicas, ...recoveryHome],
    ],
  }),
  ...faultsIn("provider/replica/layers/layer-writer.ts", replicas, {
    "layer-bytes": [`await this.#file.syncLater();`, ``, "an acknowledged point lacks its bytes"],
  }),
  ...faultsIn("provider/target-server/receive-body.ts", target, {
    "served-body": [
      `await file.syncLater();`,
      ``,
      "an object that another site has acknowledged is empty after a power cut",
    ],
  }),
  ...faultsIn("provider/target-server/copy-durably.ts", target, {
    "served-former-bytes": [
      `await target.syncLater();`,
      ``,
      "what a client that may not delete has replaced is empty after a power cut of the other site",
    ],
  }),
  ...faultsIn("provider/target-server/served-store.ts", target, {
    "served-name-again": [
      `this.#files.syncFolder(path.dirname(objectPath));`,
      ``,
      "an object is acknowledged after a kill and gone after a power cut of the other site",
    ],
    "served-folder": [
      `this.#files.syncFolder(path.dirname(folder));`,
      ``,
      "an acknowledged object is gone after a kill and a power cut of the other site, with its folder",
    ],
    "served-former-name": [
      `this.#files.syncFolder(path.dirname(keptPath));`,
      ``,
      "what a client that may not delete has replaced is gone after a power cut of the other site",
    ],
  }),
];

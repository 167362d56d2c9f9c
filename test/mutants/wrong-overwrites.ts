/** Guards that are left out of what overwrites files: disks at the primary side, images with several names, outputs. */
import { faultsIn, type Mutant } from "./mutant.ts";

const primary = ["test/engine/identity/changed-primary.test.ts"];
const interrupted = ["test/engine/job/world-changed.test.ts"];
const links = ["test/engine/failover/linked-images.test.ts"];
const outputs = ["test/cli/output-option.test.ts"];

export const wrongOverwrites: readonly Mutant[] = [
  ...faultsIn("provider/engine/identity/changed-primary.ts", primary, {
    "changed-primary": [
      `if (changed.length === 0) return;`,
      `if (changed.length >= 0) return;`,
      "a failback overwrites what was written to the primary disks after the failover",
    ],
    "changed-primary-later-log": [
      `return known !== undefined && !known.some((lineage) => lineage !== undefined && now.continues(lineage));`,
      `return false;`,
      "a database from before the reverse replication overwrites what was written after the failover",
    ],
    "changed-primary-image": [
      `if (image !== undefined) return !isAsNoted(image, imageText(parts, file));`,
      `if (image !== undefined && isAsNoted(image, imageText(parts, file))) return false;`,
      "changes that a way back was seeded from are overwritten by a database that does not know of it",
    ],
    "changed-primary-seeded": [
      `if (left.areChanged === true || left.changedDisks?.includes(disk.id) === true) return true;`,
      `if (left.areChanged === true) return true;`,
      "a failover back forgets the changes that its way back was seeded from",
    ],
    "changed-primary-running": [
      `return runs ? {} : undefined;`,
      `return undefined;`,
      "what a machine has written that runs at the primary side as well is not told before a failback",
      ["test/engine/identity/forgotten-primary.test.ts"],
    ],
  }),
  ...faultsIn("provider/engine/failover/overwritten-disk.ts", interrupted, {
    "half-made-name": [
      `if (files.exists(image)) move(files, image, aside);`,
      `if (files.exists(image) && image === aside) move(files, image, aside);`,
      "a half-made disk has its name, and a machine is started on it",
    ],
    "other-in-place": [
      `if (files.exists(aside) && !files.exists(image)) move(files, aside, image);`,
      `if (files.exists(aside)) move(files, aside, image);`,
      "an image that was put into the place of a half-made one is overwritten",
    ],
  }),
  ...faultsIn("provider/engine/failover/still-holds.ts", interrupted, {
    "replica-has-run": [
      `return hasUnsentChanges(parts, there);`,
      `return false;`,
      "a replica that ran is made again from a recovery point when its interrupted failover is resumed",
    ],
  }),
  ...faultsIn(
    "provider/engine/identity/newest-database.ts",
    ["test/engine/failover/older-database.test.ts"],
    {
      "adopted-half-way": [
        `return last?.isUnfinished === true || !isLaterIn(parts, item)(last);`,
        `return false;`,
        "a machine is adopted at the primary side whose interrupted failback has not made its disks",
      ],
    },
  ),
  ...faultsIn("provider/engine/identity/unknown-disks.ts", ["test/engine/identity/unknown-disks.test.ts"], {
    "unknown-disk": [
      `return disks.filter((disk) => !isKnown(disk));`,
      `return disks.filter((disk) => !isKnown(disk) && !disk.path);`,
      "a disk that was added at the recovery side is removed by the failback, and nobody is told",
    ],
  }),
  ...faultsIn(
    "provider/engine/identity/exchanged-images.ts",
    ["test/engine/identity/recovery-folder.test.ts"],
    {
      "exchanged-image": [
        `const exchanged = exchangedImages(parts, item);
  if (exchanged.length === 0) return;`,
        `return;`,
        "a failback brings a machine the disk of another one whose image has its name",
      ],
      "exchanged-by-number": [
        "images[id] = `${inode} ${bornAtNs}`;",
        "images[id] = `${inode} ${bornAtNs === 0n}`;",
        "images that were restored from a backup are taken for each other's, and no failback is allowed any more",
      ],
    },
  ),
  ...faultsIn(
    "provider/engine/identity/exchanged-images.ts",
    ["test/engine/identity/exchanged-sources.test.ts"],
    {
      "exchanged-source": [
        `const exchanged = exchangedSources(parts, item, place);
  if (exchanged.length === 0) return;`,
        `return;`,
        "a cycle makes recovery points of another machine's disk whose image has this one's name",
      ],
    },
  ),
  ...faultsIn("provider/engine/identity/owned-machine.ts", ["test/engine/identity/left-behind.test.ts"], {
    "no-definition-no-machine": [
      `machine.machineId !== undefined && parts.files.exists(machine.folder) && (await isStill(parts, machine))`,
      `machine.folder === ""`,
      "a way back leaves the newest data behind, and then removes them, since a person took machine.yaml away",
    ],
  }),
  ...faultsIn("provider/engine/health/machines.ts", ["test/engine/identity/left-behind.test.ts"], {
    "unsent-untold": [
      `if (!isOut || primaryLeft?.unsent === undefined || lookup.answer !== "found") return [];`,
      `return [];`,
      "a way back overwrites what an unplanned failover did not send, and nobody was told that it is there",
    ],
  }),
  ...faultsIn("provider/disks/preserved-blocks.ts", ["test/engine/identity/left-behind.test.ts"], {
    "copy-named-snapshot": [
      `if (header === undefined && !isSnapshotFile(file, files.facts(diskPath).sizeBytes)) {`,
      `if (header === undefined && filePath === "") {`,
      "a person's copy of an image is removed by a cycle, since it has the name of a snapshot",
    ],
  }),
  ...faultsIn("provider/machines/foreign-files.ts", ["test/engine/identity/recovery-folder.test.ts"], {
    "foreign-file": [
      `return files.list(folder).filter((name) => !isOwn(name));`,
      `return files.list(folder).filter((name) => !isOwn(name) && name === "");`,
      "what a person has put into the folder of a machine is removed with it",
    ],
    "foreign-copy": [
      `isNamed(name, images, besideImage);`,
      `isNamed(name, images, /^/);`,
      "a copy of an image that a person made beside it is removed with the machine",
    ],
  }),
  ...faultsIn("provider/engine/failover/require-left-alone.ts", interrupted, {
    "removed-after-use": [
      `if (!runs && changed.length === 0) return;`,
      `if (changed.length >= 0) return;`,
      "a machine at the recovery side is removed with what was written to it after the failback",
    ],
  }),
  ...faultsIn("provider/engine/failover/overwrite-primary.ts", primary, {
    "changed-primary-rolled-back": [
      `const isOverwritten = left === undefined || left.overwrittenBy === jobId;`,
      `const isOverwritten = left?.changedDisks !== undefined;`,
      "after a failback that was rolled back, a disk has no name, and what is written to it is not noticed",
      interrupted,
    ],
    "changed-primary-undone": [
      `const changed = isOverwritten ? await mayBeChanged(parts, item(), folder) : [];`,
      `const changed: string[] = [];`,
      "a failback that was refused for what was written meanwhile overwrites that when it is tried again",
      interrupted,
    ],
    "changed-primary-meanwhile": [
      `await requireUnchanged(parts, item, { folder, isDiscarded: isDiscarded === true && !hasBegun });`,
      ``,
      "what was written while a failback ran is overwritten",
    ],
    "changed-primary-discarded": [
      `isDiscarded: isDiscarded === true && !hasBegun`,
      `isDiscarded`,
      "what a person gave up once stands for all that is written while the job waits",
      interrupted,
    ],
    "changed-primary-waiting": [
      `const { primaryLeft } = item().details;
  noteLeft(`,
      `const { primaryLeft } = item().details;
  if (jobId === "") noteLeft(`,
      "what was written to whole disks while an interrupted failback waits is overwritten",
      interrupted,
    ],
  }),
  ...faultsIn("provider/engine/failover/cancel-job.ts", ["test/engine/failover/cancelled-way-back.test.ts"], {
    "changed-primary-cancelled": [
      `return { images: imagesLeft(parts, context.item(), folder) };`,
      `return undefined;`,
      "after a failover back that was cancelled, nothing that is written to the primary disks is noticed",
    ],
  }),
  ...faultsIn("provider/engine/failover/failover-job.ts", primary, {
    "changed-primary-unseen": [
      `return newest === undefined ? undefined : { sentUpTo: newest };`,
      `return undefined;`,
      "a failback overwrites what a source wrote that was lost at the failover",
    ],
  }),
  ...faultsIn("provider/engine/decisions/adopt-move.ts", primary, {
    "changed-primary-adopted": [
      `...(isMigration ? {} : { isSourceUnfenced: true, primaryLeft: { sentUpTo: [] } }),`,
      `...(isMigration ? {} : { isSourceUnfenced: true }),`,
      "a failback of an adopted machine overwrites what was written after the failover",
    ],
  }),
  ...faultsIn("provider/disks/owned-disk.ts", ["test/disks/while-nobody-writes.test.ts"], {
    "writer-during-failback": [
      `if (this.#isKeptFromWriters) throw this.#inUse();`,
      ``,
      "what is written while a failback overwrites the disk is lost",
    ],
  }),
  ...faultsIn("provider/machines/machine-folders.ts", links, {
    "image-with-links": [
      `if (linkCount === 1) return;`,
      `if (linkCount >= 1) return;`,
      "a failback changes every other name of a hard-linked image",
    ],
    "image-is-link": [
      `if (!files.exists(imagePath) || !isLink(files, imagePath)) return;`,
      `if (!files.exists(imagePath) || imagePath !== "") return;`,
      "a failback overwrites, in place, the file that an image links to",
    ],
    "disks-in-one-file": [
      `if (first === disk) return;`,
      `if (first !== undefined) return;`,
      "two disks of a machine overwrite each other",
    ],
  }),
  ...faultsIn("provider/engine/enable/check-prerequisites.ts", links, {
    "image-protected-twice": [
      `if (same === undefined) continue;`,
      `if (same !== null) continue;`,
      "two machines are protected that write to one image",
    ],
  }),
  ...faultsIn("provider/engine/inventory/look-up-machine.ts", ["test/engine/failover/two-hosts.test.ts"], {
    "newcomer-in-its-place": [
      `if (unmarked && rivals.length === 1 && wanted.isAway !== true)`,
      `if (unmarked && rivals.length === 1)`,
      "a failback overwrites an unmarked machine that someone put in the place of one that is away",
    ],
  }),
  ...faultsIn("provider/cli/output-option.ts", outputs, {
    "output-over-owned": [
      `const owned = ownedFolder(real);`,
      `const owned = undefined as Owned | undefined;`,
      "an export overwrites a machine's disk or the key of a store",
    ],
    "output-over-disk": [
      `if (owned === undefined && !isLog && !fs.existsSync(\`\${real}.hrl\`)) return;`,
      `if (owned === undefined && !isLog) return;`,
      "an export overwrites a followed disk outside a machine's folder",
    ],
    "output-over-hard-link": [
      `if (stat?.isFile() !== true || stat.nlink === 1) return;`,
      `if (stat !== null) return;`,
      "an export overwrites the disk that a hard link is another name of",
    ],
    "output-over-cache": [
      `{ what: () => "the cache of a process server", isOwned: isCache },`,
      ``,
      "an export overwrites what waits in a process server's cache",
    ],
    "output-through-link": [
      `const real = realPathOf(path.resolve(file));`,
      `const real = path.resolve(file);`,
      "an export overwrites the disk that a link leads to",
    ],
  }),
  ...faultsIn("provider/engine/attach/attach-item.ts", ["test/cli/attach.test.ts"], {
    "attach-over-file": [
      `if (!parts.files.facts(socketPath).isSocket) throw isTaken(socketPath);`,
      ``,
      "attaching a point removes a file that has the socket's name",
    ],
  }),
  ...faultsIn(
    "provider/engine/failover/unsent-changes.ts",
    ["test/engine/failover/places-of-a-move.test.ts"],
    {
      "room-of-unsent": [
        `const sent = await room.bytes(Math.max(0, enough - unsentBytes));`,
        `const sent = room.bytes(enough);\n      if (sent >= 0) return sent;`,
        "a planned failover finds the recovery side full when the source is off",
      ],
    },
  ),
];

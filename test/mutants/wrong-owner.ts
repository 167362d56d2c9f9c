/** Marks of ownership that are not asked for, and epochs that are not checked. */
import { faultsIn, type Mutant } from "./mutant.ts";

const owned = ["test/engine/failover/owned-machines.test.ts"];
const older = ["test/engine/failover/older-database.test.ts"];
const hosts = ["test/engine/failover/two-hosts.test.ts"];
const leases = ["test/store/leases.test.ts"];
const epochs = ["test/replica/writer-epochs.test.ts"];
const stopped = ["test/engine/stopped/stopped-process.test.ts"];

export const wrongOwner: readonly Mutant[] = [
  ...faultsIn("provider/engine/identity/owned-machine.ts", owned, {
    "mark-of-nobody": [
      `if (mark === undefined && parts.files.list(folder).every(isMarkFile)) return;`,
      `if (mark === undefined) return;`,
      "a failover or drill writes over a folder that another program has made",
    ],
    "mark-of-another": [
      `if (!isOwn) refuse(owner, folder, describe(mark), mendFor(parts, folder, mark));`,
      ``,
      "a drill writes over the replica machine of another item",
    ],
    "mark-of-unknown-job": [
      `if (!isKnownJob(parts, owner.itemId, made.jobId)) {`,
      `if (made.jobId === "") {`,
      "yesterday's database writes over the machine that runs at the recovery side",
      older,
    ],
    "mark-of-running": [
      `if (!(await runs(parts, folder))) return;\n  refuse(`,
      `if (folder !== "") return;\n  refuse(`,
      "a machine that runs is written over by a move of its own item",
    ],
    "mark-at-removal": [
      `if (await isStill(parts, machine)) {\n    await removeMachine(parts, machine.folder, report);`,
      `if (parts.files.exists(machine.folder)) {\n    await removeMachine(parts, machine.folder, report);`,
      "the clean-up of a drill removes another machine that has taken its place",
    ],
    "mark-before-change": [
      `if (!(await parts.machines.exists(machine.folder)) || (await isStill(parts, machine))) return;`,
      `if (machine.folder !== "") return;`,
      "another machine that has taken the replica's place is committed or changed",
    ],
    "mark-of-failed-job": [
      `if ((await parts.machines.markOf(folder))?.madeBy?.jobId !== jobId) return;`,
      ``,
      "a move that was refused removes the machine that it was refused for",
    ],
    "mark-of-move": [
      `    lastMove: isUnfinished ? { ...move, isUnfinished } : move,\n`,
      ``,
      "yesterday's database moves a machine that has moved since",
      older,
    ],
  }),
  ...faultsIn("provider/engine/identity/newest-database.ts", older, {
    "later-move": [
      `if (mark && isLater(mark.lastMove)) return { folder, mark, to: mark.lastMove!.to };`,
      ``,
      "yesterday's database does not see that the machine was moved",
    ],
    "later-replica": [
      `if (mark && mark.madeBy?.purpose !== "test" && isLater(mark.madeBy)) {`,
      `if (mark === null) {`,
      "yesterday's database does not see the replica of a failover whose source is away",
    ],
    "known-jobs": [
      `const knownJobs = [...new Set([...before, ...marked])].slice(-knownJobsMax);`,
      `const knownJobs: string[] = [];`,
      "a rebuilt home refuses every machine that has ever moved",
      ["test/engine/recovery-home/moved-machines.test.ts"],
    ],
    "database-believed": [
      `if (later === undefined) return;`,
      `if (later !== null) return;`,
      "yesterday's database acts on machines that have moved since",
    ],
  }),
  ...faultsIn("provider/engine/identity/identify-machine.ts", hosts, {
    "mark-copied": [
      `known === undefined || isTaken(parts, itemId, known.machineId)`,
      `known === undefined`,
      "a machine whose folder was copied from a protected one counts as that one",
    ],
  }),
  ...faultsIn("provider/engine/job/run-job.ts", ["test/engine/recovery-home/moved-machines.test.ts"], {
    "known-failed-job": [
      `if (item) putItem(parts.store, withKnownJobs(item, marked));`,
      ``,
      "a rebuilt home refuses every machine whose last failover was given up",
    ],
  }),
  ...faultsIn("provider/engine/decisions/adopt-move.ts", older, {
    "made-again": [
      `const place = isThere ? undefined : await madeAgain(parts, item);`,
      `const place = isThere ? undefined : await madeAgain(parts, { ...item, id: "" });`,
      "a machine that a failback made again cannot be committed with an older database",
    ],
    "recorded-way-back": [
      `if (await isAsRecorded(parts, item)) {`,
      `if (item.id === "") {`,
      "a machine that is adopted while it replicates back loses its way back",
    ],
  }),
  ...faultsIn(
    "provider/engine/inventory/machine-protector.ts",
    ["test/engine/replication-cycle/source-doubt.test.ts"],
    {
      "mark-of-another-engine": [
        `if (other === undefined) return;`,
        `if (other !== null) return;`,
        "two engines on one machine take each other's changes away",
      ],
    },
  ),
  ...faultsIn(
    "provider/engine/recovery-home/require-own-store.ts",
    ["test/engine/recovery-home/recovery-home.test.ts"],
    {
      "store-of-another-engine": [
        `if (writer === undefined || writer === engineId) return;`,
        `if (writer !== null) return;`,
        "a new engine begins beside the replicas of a lost one, and nobody finds those again",
      ],
    },
  ),
  ...faultsIn("provider/machines/machine-mark.ts", hosts, {
    "mark-in-a-copy": [
      `isOriginal: inode === files.facts(file).inode`,
      `isOriginal: true`,
      "a copy of a machine is taken for the machine",
    ],
  }),
  ...faultsIn("provider/store/protected-items.ts", leases, {
    "epoch-of-item": [`requireLease(store, item.id);`, ``, "a process that woke up writes an item's state"],
  }),
  ...faultsIn("provider/store/things.ts", leases, {
    "epoch-of-deletion": [`if (item) requireLease(store, id);`, ``, "a process that woke up deletes an item"],
  }),
  ...faultsIn("provider/store/jobs.ts", leases, {
    "epoch-of-job": [`requireLease(store, job.targetId);`, ``, "a process that woke up begins a job"],
    "epoch-of-task": [
      `if (row) requireLease(store, row["target_id"] as string);`,
      ``,
      "a process that woke up continues a job that was taken over",
    ],
  }),
  ...faultsIn("provider/store/leases.ts", leases, {
    "lease-of-the-living": [
      `if (row.clock !== "" && row.clock === time.clock) return hasPassed(row.renewed_on_clock, time);`,
      `if (row.clock !== "" && row.clock === time.clock) return true;`,
      "the lease of a process that works is taken over",
    ],
    "lease-of-the-dead": [
      `if (clock.now() - row.renewed_at >= leaseMilliseconds) return true;`,
      ``,
      "the lease of a dead process of another host blocks for ever",
    ],
  }),
  ...faultsIn("provider/engine/lease/under-lease.ts", stopped, {
    "epoch-at-rename": [
      `confirmLeases(parts);\n      files.rename(from, to);`,
      `files.rename(from, to);`,
      "a process that woke up switches a machine on or off",
    ],
  }),
  ...faultsIn(
    "provider/engine/replication/replica-ledger.ts",
    ["test/engine/replication/replica-ledger.test.ts"],
    {
      "epoch-of-ledger": [
        `requireLeases(store);\n      write();`,
        `write();`,
        "a process that woke up says which recovery point is the newest",
      ],
    },
  ),
  ...faultsIn("provider/replica/machine-folder.ts", epochs, {
    "epoch-at-publication": [
      `this.#writer = this.#writerWith(this.#fence?.epoch());\n    const onNamed`,
      `const onNamed`,
      "a point is published under the lease of the cycle's beginning, whoever has it now",
    ],
    "epoch-taken-over": [
      `if (latest > this.#writer.epoch) this.#fence.raise(latest);`,
      ``,
      "a database that was put back cannot continue its replica, although a person has decided so",
    ],
  }),
  ...faultsIn("provider/replica/point-folder.ts", [...epochs, "test/replica/copies.test.ts"], {
    "number-of-point": [
      `this.#places.newObject(name), sealed, "ifAbsent", {`,
      `this.#places.newObject(name), sealed, "replace", {`,
      "of two writers the later one overwrites the point of the other",
    ],
    "epoch-of-point": [
      `if (latest <= writer.epoch) return writer;`,
      `if (latest >= 0) return writer;`,
      "a process that woke up publishes a recovery point after a later one's",
    ],
    "epoch-of-drop": [
      `this.#requireEpoch(roster, await this.#newestOf(names));\n    const kept`,
      `const kept`,
      "a process that woke up drops recovery points",
    ],
    "epoch-of-roster": [
      `return Math.max(roster?.epochs?.[engineId] ?? 0, published);`,
      `return published;`,
      "the latest epoch is forgotten with the point that was written under it",
    ],
    "epoch-without-roster": [
      `return Math.max(roster?.epochs?.[engineId] ?? 0, published);`,
      `return roster?.epochs?.[engineId] ?? 0;`,
      "the latest epoch is forgotten with a roster that someone has deleted",
    ],
  }),
  ...faultsIn("provider/replica/machine-lock.ts", epochs, {
    "lock-not-asked": [
      `if (holderOf(files, lockPath)?.text !== holder) throw claimLost(folder, lockPath);`,
      ``,
      "a process whose lock was taken over goes on removing files of the replica",
    ],
    "lock-of-another-engine": [
      `if (engineId !== writer.engineId || epoch === undefined || epoch >= writer.epoch) return;`,
      `if (epoch === undefined || epoch >= writer.epoch) return;`,
      "a takeover takes the lock of another engine's process away",
    ],
    "lock-of-earlier-epoch": [
      `return !isOutdated && isHolding(files, lockPath, holder, lockMilliseconds);`,
      `return isHolding(files, lockPath, holder, lockMilliseconds);`,
      "the replica stays locked by a process that was taken over from",
    ],
    "lock-any-engine": [
      `const isOutdated = writer?.engineId === engineId && epoch !== undefined && epoch < (writer?.epoch ?? 0);`,
      `const isOutdated = epoch !== undefined && epoch < (writer?.epoch ?? 0);`,
      "two engines write one replica at once",
    ],
  }),
];

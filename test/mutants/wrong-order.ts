/** Steps in the wrong order, guards that are left out, and records that are believed. */
import { faultsIn, type Mutant } from "./mutant.ts";

const replicas = ["test/power-loss/replicas.test.ts"];
const disks = ["test/disks/faults.test.ts", "test/disks/tracked-disk-model.test.ts"];
const flows = ["test/engine/failover/flows.test.ts"];
const cycles = ["test/engine/replication/cycles.test.ts", "test/engine/replication/apply-delta.test.ts"];

export const wrongOrder: readonly Mutant[] = [
  ...faultsIn("provider/blocks/file-system.ts", replicas, {
    "atomic-in-place": [
      `files.rename(temporary, filePath);`,
      `files.open(filePath, "createOrOpen").write(content, 0);\n    files.remove(temporary);`,
      "a key or a recovery point is half written when the power goes",
    ],
  }),
  ...faultsIn("provider/engine/replication/overlay-marks.ts", replicas, {
    "overlay-believes-marks": [
      `if (!before.equals(header)) this.#forgetWritten(header);`,
      ``,
      "an attached disk shows zeros where the power cut took a block",
      ["test/power-loss/overlays.test.ts"],
    ],
  }),
  ...faultsIn("provider/engine/replication/open-overlay.ts", ["test/power-loss/overlays.test.ts"], {
    "overlay-old-marks": [
      `if (isNew) files.remove(marksPathOf(path));`,
      `if (isNew) files.exists(marksPathOf(path));`,
      "a new overlay shows zeros where an old one had blocks",
    ],
  }),
  ...faultsIn("provider/replica/upkeep/compact-machine.ts", [...replicas, "test/replica/retention.test.ts"], {
    "compact-needed": [
      `if (!layerIds.has(id) && !liveBytes.has(id)) {`,
      `if (!layerIds.has(id)) {`,
      "retention removes segments that only a map names",
    ],
    "copy-unread": [
      `return (await isSound(machine, diskId, newest)) ? { newest, former } : { former: [] };`,
      `return { newest, former };`,
      "compaction removes a segment whose copy is damaged",
      ["test/replica/copies.test.ts"],
    ],
    "copy-not-counted": [
      `const copy = { ...layer, copy: layer.copy + 1 };`,
      `const copy = { ...layer, copy: 1 };`,
      "the copy of a copy has no place",
      ["test/replica/copies.test.ts"],
    ],
    "compact-without-points": [
      `if (points.length === 0) return 0;`,
      ``,
      "an initial copy that was killed begins from nothing",
      ["test/replica/compact-without-points.test.ts"],
    ],
  }),
  ...faultsIn("provider/replica/object-store.ts", ["test/replica/retention.test.ts"], {
    "retain-pinned": [
      `for (const pinned of await machine.pinned()) staying.add(pinned);`,
      ``,
      "a point goes while it is restored",
      ["test/replica/retention.test.ts", "test/engine/replication/attach-point.test.ts"],
    ],
    "retain-newest": [
      `if (newest !== undefined) staying.add(newest.id);`,
      ``,
      "retention drops the newest point",
    ],
  }),
  ...faultsIn("provider/disks/owned-disk.ts", disks, {
    "change-not-noted": [`this.#tracking.note(firstBlock, blockCount);`, ``, "a delta lacks a write"],
    "write-before-preserve": [
      `this.#snapshot?.preserve(this.#file, firstBlock, blockCount);\n    this.#tracking.beginWrite();\n    try {\n      this.#file.write(data, offset);`,
      `this.#tracking.beginWrite();\n    try {\n      this.#file.write(data, offset);\n      this.#snapshot?.preserve(this.#file, firstBlock, blockCount);`,
      "a recovery point holds what was written after its instant",
    ],
    "writes-after-failed-sync": [
      `while (this.gate.isFrozen) await this.gate.thawed;\n    this.#trust.check();`,
      `while (this.gate.isFrozen) await this.gate.thawed;`,
      "writes are acknowledged by a device that has lost some",
      ["test/disks/failed-sync.test.ts"],
    ],
    "flush-after-failed-sync": [
      `async flush(): Promise<void> {\n    this.#trust.check();`,
      `async flush(): Promise<void> {`,
      "a second flush says that lost writes are durable",
      ["test/disks/failed-sync.test.ts"],
    ],
  }),
  ...faultsIn("provider/disks/device-trust.ts", ["test/disks/failed-sync.test.ts"], {
    "failed-sync-forgotten": [
      `this.#failure = error;`,
      ``,
      "after a failed sync everything goes on as if nothing were lost",
    ],
    "failed-sync-unmarked": [`this.#askForResync();`, ``, "what a failed sync lost is never sent again"],
  }),
  ...faultsIn("provider/disks/change-tracking.ts", disks, {
    "abandoned-changes": [
      `if (this.#inTransit !== undefined) this.#pending.addAll(this.#inTransit);`,
      ``,
      "the changes of a failed cycle are never sent",
    ],
  }),
  ...faultsIn("provider/disks/read-logs.ts", ["test/disks/power-loss.test.ts"], {
    "power-loss-ignored": [
      `reasons.add("PowerLost");`,
      `reasons.delete("PowerLost");`,
      "a delta lacks what a power cut kept",
    ],
  }),
  ...faultsIn(
    "provider/engine/replication/source-doubt.ts",
    ["test/engine/replication-cycle/source-doubt.test.ts"],
    {
      "delta-other-size": [
        `if (before.sizeBytes !== now.sizeBytes) return \`disk \${diskId} has another size now\`;`,
        ``,
        "a delta is laid over a disk of another size",
        cycles,
      ],
      "delta-in-spite-of-mark": [
        `if (now.resyncReasons.length > 0) return reasonDoubt(diskId, now.resyncReasons);`,
        ``,
        "a delta is sent where only a resync is enough",
        cycles,
      ],
      "lineage-ignored": [
        `if (known.some((lineage) => now.continues(lineage))) return undefined;`,
        `if (known.length >= 0) return undefined;`,
        "a machine that was put back from a copy is replicated as if it were not",
      ],
    },
  ),
  ...faultsIn("provider/disks/image-watch.ts", ["test/disks/untracked-writes.test.ts"], {
    "untracked-write": [
      `return !isSameFile(before, this.#known);`,
      `return before === undefined;`,
      "what another program writes to a disk is never replicated",
    ],
  }),
  ...faultsIn(
    "provider/engine/replication/replica-doubt.ts",
    ["test/engine/replication-cycle/replica-doubt.test.ts"],
    {
      "older-target": [
        `const isKnown = known.some((point) => isSame(newest, point));`,
        `const isKnown = known.length > 0;`,
        "a delta is added to an older copy of the target",
      ],
    },
  ),
  ...faultsIn("provider/engine/gate/fence-source.ts", ["test/engine/failover/two-hosts.test.ts"], {
    "unknown-is-gone": [
      `if (lookup.answer !== "found") return;`,
      `if (lookup.answer !== "found") return void putItem(parts.store, { ...item, details: { ...item.details, isSourceUnfenced: false } });`,
      "a source that does not answer is forgotten, and runs beside its replica later",
    ],
    "second-side-left-running": [
      `await parts.machines.shutDown(place.folder);`,
      ``,
      "source and replica both run",
    ],
  }),
  ...faultsIn("provider/engine/replication/restore-disk.ts", ["test/engine/replication/cycles.test.ts"], {
    "restore-over-file": [
      `if (files.exists(toPath) && options.overwrite !== true) {`,
      `if (files.exists(toPath) && options.overwrite === undefined && false) {`,
      "a restore overwrites a file that was there",
    ],
  }),
  ...faultsIn("provider/engine/upkeep/store-key-file.ts", ["test/engine/upkeep/store-key-file.test.ts"], {
    "key-over-replicas": [
      `if (!(await isMade(files, location))) {`,
      `if (!(await isMade(files, location)) || !files.exists(keyFile)) {`,
      "a new key is made over replicas that need the old one",
    ],
  }),
  ...faultsIn("provider/model/allowed-actions.ts", ["test/engine/protected-item"], {
    "drill-locks-nothing": [
      `return cleanupPending === (step === "TestFailoverCleanup");`,
      `return !cleanupPending || step !== "TestFailover";`,
      "a failover starts beside a drill of the same machine",
      [...flows, "test/model/transitions.test.ts"],
    ],
  }),
  ...faultsIn("provider/store/leases.ts", ["test/store/leases.test.ts", "test/store/leased-writes.test.ts"], {
    "lease-not-asked": [
      `if (row && (mine !== undefined || !isOver(store, row, clock))) {`,
      `if (row && mine !== undefined) {`,
      "two processes move a machine at once",
    ],
    "epoch-not-checked": [
      `if (row?.["epoch"] !== mine.epoch) throw lose(mine, id);`,
      ``,
      "a process that was frozen writes after it was replaced",
    ],
    "renewal-not-checked": [
      `    .run(clock.now(), time.clock, time.milliseconds, key, mine.epoch);
  if (changes === 0) throw lose(mine, id);`,
      `    .run(clock.now(), time.clock, time.milliseconds, key, mine.epoch);`,
      "a process that was frozen publishes a point after it was replaced",
    ],
    "given-back-unchecked": [
      `    .run(idKey(id), mine.epoch);
  if (changes === 0) throw lose(mine, id);`,
      `    .run(idKey(id), mine.epoch);`,
      "the end of a cycle is written over what a later process did",
    ],
  }),
  ...faultsIn(
    "provider/engine/replication/shrunk-disk.ts",
    ["test/engine/protected-item/unreadable-machine.test.ts"],
    {
      "shrunk-disk": [
        `if (texts.length === 0) return;`,
        `if (texts.length >= 0) return;`,
        "recovery points of a disk that was emptied push the good ones out",
      ],
    },
  ),
  ...faultsIn("provider/engine/replication/apply-delta.ts", ["test/power-loss/failed-failback.test.ts"], {
    "failback-mark": [
      `if (!isRepetition) makeMark(files, toPath, mark);`,
      ``,
      "a failback that is repeated after a failed sync believes what it reads of its disk",
    ],
    "failback-mark-too-early": [
      `await syncImage(files, toPath);\n    files.remove(mark);`,
      `files.remove(mark);\n    await syncImage(files, toPath);`,
      "the failed sync of a failback leaves no mark, and its repetition believes what it reads",
    ],
  }),
  ...faultsIn("provider/engine/recovery-plan/run-plan.ts", ["test/power-loss/plan-jobs.test.ts"], {
    "plan-not-resumed": [
      `const open = openJobOf(parts.store, plan.id);`,
      `const open = undefined as JobRow | undefined;`,
      "a plan that a power cut interrupted begins again, with its scripts, and its first run never ends",
    ],
  }),
  ...faultsIn("provider/engine/drill/drill-subject.ts", ["test/power-loss/drills.test.ts"], {
    "drill-half-run": [
      `hasEnded: (parts, planId) => lastTestOf(parts, planId)?.state === "Succeeded",`,
      `hasEnded: () => true,`,
      "a drill of a plan counts as run though its machines were never started",
    ],
    "drill-half-ended": [
      `openJobOf(parts.store, subjectId)?.scenario === testFailoverCleanupJob.scenario`,
      `subjectId === ""`,
      "a drill of a plan that was ended after a power cut blocks every other plan with its machines",
    ],
  }),
  ...faultsIn("provider/engine/components/check-components.ts", ["test/engine/components/ways.test.ts"], {
    "second-host-agent": [
      `if (bare === undefined) return undefined;`,
      `if (bare !== null) return undefined;`,
      "replication between two Hyper-V sites seems to run although the second site's host has no agent",
    ],
  }),
  ...faultsIn(
    "provider/engine/failover/require-recovery-side.ts",
    ["test/engine/components/recovery-host-away.test.ts"],
    {
      "recovery-host-away": [
        `if (parts.files.exists(host)) return;`,
        `if (host !== "") return;`,
        "a drill is cleaned up while its machine runs on a host that cannot be reached",
      ],
    },
  ),
  ...faultsIn(
    "provider/engine/replication-cycle/situation-of.ts",
    ["test/engine/replication-cycle/mended-cause.test.ts"],
    {
      "mended-key": [
        `await lookOrWhy(() => replicaNow(parts, item)),`,
        ``,
        "nothing is replicated after a lost key is back",
      ],
    },
  ),
];

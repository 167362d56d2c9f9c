/**
 * The part of a cycle that copies: a snapshot of a machine's disks becomes a recovery point. When a cycle runs, and of
 * which kind it is, `replication-cycle/run-cycle.ts` decides. Initial copy and resync [V2A-2, HW-2a, HW-4c] and delta
 * [HW-4a] differ in how a disk is copied. This file holds what they have in common: the lock, progress, the publication,
 * and what happens on failure: the source keeps its changes pending, and earlier recovery points are as they were.
 */
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../clock.ts";
import type { DiskSnapshot, MachineSnapshot } from "../../disks/disk.ts";
import { hasCode, SiteRecoveryError } from "../../errors.ts";
import { brokenLayersOf } from "../../replica/broken-layers.ts";
import { clockJumpBetween } from "../../replica/counted-time.ts";
import { damagedObject } from "../../replica/damaged-object.ts";
import type { MachineFolder } from "../../replica/machine-folder.ts";
import type { PointDraft } from "../../replica/point-folder.ts";
import type { RecoveryPoint, RecoveryPointDisk } from "../../replica/recovery-point.ts";
import type { RecoveryPointKind } from "../../model/item.ts";
import { type CopyProgress, type CycleCounts, CycleProgress } from "./cycle-progress.ts";
import { type ProcessServer, Transfer } from "../process-server/transfer.ts";
import type { ReplicaStore } from "../../replica/replica-store.ts";
import { RetentionLock } from "../../replica/retention-lock.ts";
import type { ReplicaLedger } from "./replica-ledger.ts";
import type { Seed } from "../../model/lineage.ts";
import { said } from "../../message.ts";

export interface ReplicationSource {
  readonly machineId: string;
  /** `path` is the image's path, as given to the snapshot. */
  readonly disks: readonly { readonly diskId: string; readonly path: string }[];
}

/** What is copied, and where to. */
export interface SnapshotCopy {
  readonly store: ReplicaStore;
  readonly source: ReplicationSource;
  /** Completed by the cycle when the recovery point is durable, abandoned when the cycle fails. */
  readonly snapshot: MachineSnapshot;
  readonly clock: Clock;
  /** What is remembered of the replica apart from the target. Absent: nothing is, and its newest point is trusted. */
  readonly ledger?: ReplicaLedger;
  /** Which points the source's disks were made from: their changes may be added to those as well. Default none. */
  readonly seeds?: readonly Seed[];
  /** Publishes no point if the newest one holds the very disks: the cycle is a comparison then. Default false. */
  readonly keepEqual?: boolean;
  /** Whether data is compressed before it is encrypted. Default true. */
  readonly compresses?: boolean;
  /** For how long the point and all that it needs is locked, where the store locks objects. Default: not at all. */
  readonly retentionMinutes?: number;
  /** The process server that takes the data to the target [C-2]; absent: it goes straight there. */
  readonly server?: ProcessServer;
  /** Default `CrashConsistent`. */
  readonly kind?: RecoveryPointKind;
  /** True when all machines of a replication group share the snapshot's instant [V2A-5]. */
  readonly multiVm?: boolean;
  /**
   * Continues a replica that this engine's database knows too little of, because it is an older copy. Only what compares
   * both sides may do that.
   */
  readonly takesOver?: boolean;
  readonly onProgress?: (progress: CopyProgress) => void;
  readonly signal?: AbortSignal;
}

export interface CycleResult {
  readonly pointId: string;
  readonly sequence: number;
  readonly takenAt: number;
  /** Bytes read from the source. */
  readonly bytesRead: number;
  /** Source bytes that differed or were reported as changed. */
  readonly bytesChanged: number;
  /** Bytes written to the target, compressed and encrypted, maps included. */
  readonly bytesSent: number;
  readonly blocksSent: number;
  readonly blocksReused: number;
  readonly durationMilliseconds: number;
  /** By how much the wall clock jumped since the point before, in milliseconds; below 0: back; 0: it did not. */
  readonly clockJumpMilliseconds: number;
}

export interface DiskTask {
  readonly diskId: string;
  readonly snapshot: DiskSnapshot;
  readonly machine: MachineFolder;
  readonly previous: RecoveryPointDisk | undefined;
  readonly counts: CycleCounts;
  /** The way of this cycle's segments to the target. */
  readonly transfer: Transfer;
  readonly compresses: boolean;
  /** Tells how much of this disk is done. */
  report(bytesDone: number, bytesTotal: number): void;
  readonly signal: AbortSignal | undefined;
}

/** Runs `copyDisk` for one disk after the other, then publishes the recovery point. */
export async function copySnapshot(
  options: SnapshotCopy,
  previousOf: (machine: MachineFolder) => Promise<RecoveryPoint | undefined>,
  copyDisk: (task: DiskTask) => Promise<RecoveryPointDisk>,
): Promise<CycleResult> {
  const { store, source, snapshot, clock } = options;
  const started = clock.monotonic();
  const counts: CycleCounts = { bytesRead: 0, bytesChanged: 0, bytesSent: 0, blocksSent: 0, blocksReused: 0 };
  const { point, before, isKept } = await abandonOnFailure(options, async () => {
    const machine = await store.machine(source.machineId);
    const inputs = pairDisks(source, snapshot);
    await machine.prepare(source.disks.map((disk) => disk.diskId));
    const lock = await RetentionLock.begin(machine.objects, options.retentionMinutes ?? 0);
    const transfer = new Transfer(machine, { ...options, ...(lock && { lockedUntil: lock.layersUntil }) });
    const progress = new CycleProgress(counts, transfer, options.onProgress);
    const release = await machine.lock();
    try {
      if (options.takesOver === true) await machine.takeOver();
      const previous = await previousOf(machine);
      const disks: RecoveryPointDisk[] = [];
      for (const input of inputs) {
        const before = previous?.disks.find((disk) => disk.diskId === input.diskId);
        const copied = await copyDisk(
          taskOf({ options, machine, counts, transfer, progress }, input, before),
        );
        const { lineage } = input.snapshot;
        disks.push({ ...copied, ...(lineage === undefined ? {} : { lineage }) });
      }
      await transfer.arrived();
      await snapshot.finishReading?.();
      options.signal?.throwIfAborted();
      for (const disk of disks) await requireLayers(machine, disk);
      if (options.keepEqual === true && previous !== undefined && holdsSame(previous, disks)) {
        return { point: previous, before: undefined, isKept: true };
      }
      const draft = {
        takenAt: snapshot.takenAt,
        ...(snapshot.takenOn ? { takenOn: snapshot.takenOn } : {}),
        kind: options.kind ?? "CrashConsistent",
        multiVm: options.multiVm ?? false,
        disks,
        bytesStored: counts.bytesSent,
      };
      const before = await machine.points.newestReadable();
      // What a point needs is locked before there is the point.
      const lockedUntil = await lock?.cover(machine, disks);
      const point = await publish(machine, { draft, before, ledger: options.ledger, lockedUntil });
      return { point, before, isKept: false };
    } finally {
      // A cache that cannot be cleared must not keep the replica locked.
      try {
        await transfer.close();
      } finally {
        await release();
      }
    }
  });
  // Of a point that was there before, the changes since are in its own log.
  await (isKept ? snapshot.abandon() : snapshot.complete());
  const durationMilliseconds = clock.monotonic() - started;
  return {
    pointId: point.id,
    sequence: point.sequence,
    takenAt: point.takenAt,
    ...counts,
    durationMilliseconds,
    clockJumpMilliseconds: before === undefined ? 0 : clockJumpBetween(before, point),
  };
}

/** Whether a point has just these disks, made of the same layers. */
function holdsSame(point: RecoveryPoint, disks: readonly RecoveryPointDisk[]): boolean {
  const facts = (all: readonly RecoveryPointDisk[]): unknown[] =>
    all.map(({ diskId, sizeBytes, layers }) => [diskId, sizeBytes, layers]);
  return isDeepStrictEqual(facts(point.disks), facts(disks));
}

/** Throws `Damaged` when a layer is not in place: a point that cannot be restored is not published. */
async function requireLayers(machine: MachineFolder, disk: RecoveryPointDisk): Promise<void> {
  const [broken] = await brokenLayersOf(machine, disk);
  if (broken !== undefined) throw damagedObject(broken.path, broken.why);
}

/** The ledger knows the point before and after its object appears, so that a crash in between leaves no doubt. */
async function publish(
  machine: MachineFolder,
  {
    draft,
    before,
    ledger,
    lockedUntil,
  }: {
    draft: Omit<PointDraft, "id">;
    before: RecoveryPoint | undefined;
    ledger: ReplicaLedger | undefined;
    lockedUntil: number | undefined;
  },
): Promise<RecoveryPoint> {
  const { written, writing } = ledger?.entry() ?? {};
  const afterSequence = Math.max(written?.sequence ?? 0, writing?.sequence ?? 0);
  const point = await machine.publish(draft, {
    afterSequence,
    onNamed: (named) => ledger?.writing(named, before),
    lockedUntil,
  });
  ledger?.written(point);
  return point;
}

async function abandonOnFailure<T>(options: SnapshotCopy, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await options.snapshot.abandon();
    if (hasCode(options.signal?.reason, "LeaseLost")) {
      throw options.signal?.reason;
    }
    if (options.signal?.aborted === true)
      throw cancelled("the machine's disks", error, options.source.machineId);
    throw await options.store.explain(error);
  }
}

/** The error of a cycle or restore that its caller has stopped. */
export function cancelled(what: string, cause: unknown, target = what): SiteRecoveryError {
  const message = said`The work on ${what} was cancelled. What was finished is kept. Run it again to resume it.`;
  return new SiteRecoveryError("Cancelled", message, { target, cause });
}

interface DiskInput {
  readonly diskId: string;
  readonly snapshot: DiskSnapshot;
}

function pairDisks(source: ReplicationSource, snapshot: MachineSnapshot): DiskInput[] {
  return source.disks.map(({ diskId, path }) => {
    const found = snapshot.disks.find((disk) => disk.path === path);
    if (found !== undefined) return { diskId, snapshot: found };
    const message = said`The snapshot of ${source.machineId} lacks disk ${diskId} (${path}). Take it of all disks of
        the machine.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: source.machineId, property: "snapshot" });
  });
}

function taskOf(
  cycle: Pick<DiskTask, "machine" | "counts" | "transfer"> & {
    options: SnapshotCopy;
    progress: CycleProgress;
  },
  input: DiskInput,
  previous: RecoveryPointDisk | undefined,
): DiskTask {
  const { options, machine, counts, transfer, progress } = cycle;
  const report = (bytesDone: number, bytesTotal: number): void =>
    progress.note(input.diskId, { bytesDone, bytesTotal });
  const { compresses = true, signal } = options;
  return { ...input, machine, previous, counts, transfer, compresses, report, signal };
}

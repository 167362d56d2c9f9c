/**
 * One replication cycle of a set of disks: snapshot, copy what is needed, recovery point, snapshot away. An
 * initial copy reads everything, a delta what has changed, a resync compares checksums (HW-2, HW-4a-c). When it
 * fails the changes stay in the logs and the next cycle takes them along.
 */
import { nameOf } from "../../arm-id.ts";
import type { MachineSnapshot } from "../../disks/disk.ts";
import type { ReplicaStore } from "../../replica/replica-store.ts";
import type { RecoveryPointKind } from "../../model/item.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../../progress.ts";
import { stateFacts } from "../../model/states.ts";
import type { ProtectedItem, ReplicationCycle } from "../../model/item.ts";
import { relationshipOf, seedsOf } from "../../model/relationship.ts";
import { deltaRefused, type ReplicaDoubt, replicaDoubtOf } from "../replication/replica-doubt.ts";
import { ledgerOf, type ReplicaLedger } from "../replication/replica-ledger.ts";
import { resync } from "../replication/resync.ts";
import { sendDelta } from "../replication/send-delta.ts";
import { enlargeShrunk, requireNotShrunk } from "../replication/shrunk-disk.ts";
import { sourceDoubt } from "../replication/source-doubt.ts";
import { replicationRulesOf } from "./replication-rules.ts";
import { requireWay, type Way } from "./require-way.ts";
import { writerOf } from "../lease/under-lease.ts";
import { copyProgress } from "../job/report-progress.ts";
import { said } from "../../message.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";

export type CycleKind = "initial copy" | "delta" | "resync";
function sizesNow(
  disks: readonly SourceDisk[],
  snapshot: MachineSnapshot,
): { diskId: string; sizeBytes: number }[] {
  return disks.flatMap(({ diskId, path }) => {
    const now = snapshot.disks.find((disk) => disk.path === path);
    return now === undefined ? [] : [{ diskId, sizeBytes: now.sizeBytes }];
  });
}

/** Why a delta would not be enough: what is found at the target, or at the source. */
async function doubtOf(
  { store, doubt }: Target,
  { id, details, state }: ProtectedItem,
  { disks }: CycleOptions,
  snapshot: MachineSnapshot,
): Promise<string | undefined> {
  if (doubt !== undefined) return doubt.text;
  const { replicaId: machineId } = relationshipOf({ details });
  const base = await (await store.machine(machineId)).points.latest();
  const changes = { source: { machineId, disks }, disks: snapshot.disks, seeds: seedsOf(details) };
  if (base === undefined) return undefined;
  const mend = stateFacts[state].replicates ? {} : { mend: enlargeShrunk };
  requireNotShrunk({ id, name: nameOf(id), ...mend }, base.disks, sizesNow(disks, snapshot));
  return sourceDoubt(base, changes);
}

/** How data gets across in each kind of cycle. */
const copies = { "initial copy": resync, delta: sendDelta, resync };

export interface CycleOptions {
  readonly kind: CycleKind;
  /** Where the data goes: to the other side, or to a replica at the side that it is read at. */
  readonly way: Way | "local";
  readonly disks: readonly SourceDisk[];
  readonly progress: Progress;
  readonly onPercent?: (percent: number) => void;
  /** A snapshot that is taken already; without it the cycle takes one of its own. */
  readonly taken?: TakenSnapshot;
  /** What is remembered of the replica, where the caller has looked at it already. */
  readonly ledger?: ReplicaLedger;
  /** Publishes no point if the newest one holds the very disks. Default false. */
  readonly keepEqual?: boolean;
  /** Called when the source's changes alone are not enough, before both sides are compared. */
  readonly onDoubt?: (reason: string) => void;
}

/** A snapshot of a machine's disks, and what a recovery point of it may call itself. */
export interface TakenSnapshot {
  readonly snapshot: MachineSnapshot;
  readonly pointKind: RecoveryPointKind;
  /** Whether the machines of a replication group share its instant. */
  readonly multiVm: boolean;
}

/** Throws `SourceUnreachable` for a disk that is gone; what only a hypervisor reads it reports itself. */
export function requireDisks(parts: EngineParts, machineName: string, disks: readonly SourceDisk[]): void {
  for (const disk of disks) {
    if (!parts.machines.holdsFiles(disk.machine) || parts.files.exists(disk.path)) continue;
    const message = said`${machineName} cannot be copied: its disk ${disk.diskId} cannot be reached: ${disk.path} is gone.`;
    throw new SiteRecoveryError("SourceUnreachable", message, { target: disk.path });
  }
}

async function takeOwn(parts: EngineParts, disks: readonly SourceDisk[]): Promise<TakenSnapshot> {
  const [snapshot] = await parts.snapshots.take([disks], writerOf(parts));
  return { snapshot: snapshot!, pointKind: "CrashConsistent", multiVm: false };
}

interface Target {
  readonly store: ReplicaStore;
  readonly ledger: ReplicaLedger;
  readonly doubt: ReplicaDoubt | undefined;
}

/** The target, once everything that the cycle needs is there. A snapshot that was taken for it is given up if not. */
async function ready(
  parts: EngineParts,
  item: ProtectedItem,
  { disks, taken, kind, way, ledger: known }: CycleOptions,
): Promise<Target> {
  try {
    // The caller that takes the snapshot has looked before.
    if (way !== "local" && taken === undefined) await requireWay(parts, item, way);
    const { machineName } = item.details;
    requireDisks(parts, machineName, disks);
    const { replicaStoreId, replicaId } = relationshipOf(item);
    const store = await parts.replicaStoreOf(replicaStoreId);
    const ledger = known ?? ledgerOf(parts.store, replicaId);
    const doubt = await replicaDoubtOf(await store.machine(replicaId), ledger);
    if (kind === "delta" && doubt?.mendsItself === false) throw deltaRefused(machineName, doubt);
    return { store, ledger, doubt };
  } catch (error) {
    await taken?.snapshot.abandon();
    throw error;
  }
}

export async function runCycle(
  parts: EngineParts,
  item: ProtectedItem,
  options: CycleOptions,
): Promise<ReplicationCycle> {
  const { replicaStoreId, replicaId, processServerId } = relationshipOf(item);
  // An item of an earlier version has none; its store's name gives it a default one.
  const server = parts.processServerOf(processServerId ?? replicaStoreId);
  const target = await ready(parts, item, options);
  const { store, ledger } = target;
  return parts.copySlot(async () => {
    const { snapshot, pointKind, multiVm } = options.taken ?? (await takeOwn(parts, options.disks));
    const reason =
      options.kind === "delta"
        ? await orAbandon(snapshot, () => doubtOf(target, item, options, snapshot))
        : undefined;
    const kind = reason === undefined ? options.kind : "resync";
    if (reason !== undefined) {
      options.progress.report(`${reason}: both sides are compared`);
      if (target.doubt === undefined) options.onDoubt?.(reason);
    }
    const rules = replicationRulesOf(parts, item.id);
    const cycle = await copies[kind]({
      store,
      source: { machineId: replicaId, disks: options.disks },
      // The copy completes it when its recovery point is durable, and abandons it when it fails.
      snapshot,
      kind: pointKind,
      multiVm,
      clock: parts.clock,
      ledger,
      seeds: seedsOf(item.details),
      keepEqual: options.keepEqual ?? false,
      compresses: rules?.compresses ?? true,
      retentionMinutes: rules?.retention.retentionMinutes ?? 0,
      server,
      onProgress: copyProgress(parts.clock, options.progress, kind, options.onPercent),
      ...(options.progress.signal ? { signal: options.progress.signal } : {}),
    });
    parts.log.info({ item: item.id, kind, ...cycle }, "cycle ended");
    return { ...cycle, ...(reason === undefined ? {} : { resyncReason: reason }) };
  });
}

async function orAbandon<T>(snapshot: MachineSnapshot, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await snapshot.abandon();
    throw error;
  }
}

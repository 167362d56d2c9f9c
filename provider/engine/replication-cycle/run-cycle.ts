/**
 * One replication cycle of a set of disks: snapshot, copy what is needed, recovery point, snapshot away. An
 * initial copy reads everything, a delta what has changed, a resync compares checksums (HW-2, HW-4a-c). When it
 * fails the changes stay in the logs and the next cycle takes them along.
 */
import { takeSnapshot } from "../../disks/take-snapshot.ts";
import type { MachineSnapshot } from "../../disks/disk.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../job/job-definition.ts";
import type { ItemDetails, ReplicationCycle } from "../protected-item/item.ts";
import { relationshipOf } from "../protected-item/relationship.ts";
import { copyInitial } from "../replication/copy-initial.ts";
import { resync } from "../replication/resync.ts";
import { sendDelta } from "../replication/send-delta.ts";
import { copyProgress } from "./report-progress.ts";

export type CycleKind = "initial copy" | "delta" | "resync";

/** Disks as the replica knows them, and where they lie now: at the primary or at the recovery side. */
export interface CycleDisk {
  readonly diskId: string;
  readonly path: string;
}

function chooseKind(wanted: CycleKind, snapshot: MachineSnapshot): CycleKind {
  const mustCompare = snapshot.disks.some((disk) => disk.resyncRequired);
  return wanted === "delta" && mustCompare ? "resync" : wanted;
}

const copies = { "initial copy": copyInitial, delta: sendDelta, resync };

export interface CycleOptions {
  readonly kind: CycleKind;
  readonly disks: readonly CycleDisk[];
  readonly progress: Progress;
  readonly onPercent?: (percent: number) => void;
}

export async function runCycle(
  parts: EngineParts,
  details: ItemDetails,
  options: CycleOptions,
): Promise<ReplicationCycle> {
  for (const disk of options.disks) {
    if (parts.files.exists(disk.path)) continue;
    const message = `${details.machineName}: its disk ${disk.diskId} cannot be reached: ${disk.path} is gone.`;
    throw new SiteRecoveryError("SourceUnreachable", message, { target: disk.path });
  }
  const { replicaStoreId, replicaId } = relationshipOf({ details });
  const store = await parts.replicaStoreOf(replicaStoreId);
  return parts.copySlot(async () => {
    const paths = options.disks.map((disk) => disk.path);
    // The copy completes the snapshot when its recovery point is durable, and abandons it when it fails.
    const snapshot = await takeSnapshot(paths, { files: parts.files, clock: parts.clock });
    const kind = chooseKind(options.kind, snapshot);
    return copies[kind]({
      store,
      source: { machineId: replicaId, disks: options.disks },
      snapshot,
      clock: parts.clock,
      onProgress: copyProgress(parts.clock, options.progress, kind, options.onPercent),
      ...(options.progress.signal ? { signal: options.progress.signal } : {}),
    });
  });
}

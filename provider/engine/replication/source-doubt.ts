/**
 * Whether a snapshot's changes are all that a recovery point lacks. A change log names the blocks that were written
 * since some instant; added to a point of another instant, or to another disk's, they would make a disk that never
 * was. So each point keeps the lineage of its disks, and a delta continues it without a gap.
 */
import type { Lineages, Seed } from "../../model/lineage.ts";
import type { ChangeState, DiskSnapshot, ResyncReason } from "../../disks/disk.ts";
import type { RecoveryPoint } from "../../replica/recovery-point.ts";

const texts: Record<ResyncReason, string> = {
  NewTracking: "has no change log: it is new, or its log was removed",
  HalfOfDisk: "has changed by half or more",
  LogDamaged: "has a damaged change log",
  PowerLost: "was open when its host lost power",
  SizeChanged: "has another size than its change log says",
  SyncFailed: "is on a device that failed to keep writes",
  ChangedUntracked: "was changed by a program that keeps no change log, or its image is another file",
  LogOutdated: "has a change log of an earlier version",
  TrackingLost:
    "has lost the bitmap in which QEMU keeps its changes: QEMU was killed, or the bitmap was removed",
};

const lineageText =
  "does not continue its newest recovery point: its folder was put back from a copy, or another engine took its changes";
const outdatedText = "was replicated by an earlier version that kept no lineage";

/** Reasons of a resync that come with time and are no fault. */
const expected: ReadonlySet<ResyncReason> = new Set(["HalfOfDisk", "LogOutdated"]);

export interface SourceDoubt {
  /** Why a disk's changes alone are not enough, as a sentence without a full stop. */
  readonly text: string;
  /** Whether people should know before a cycle mends it. */
  readonly isFault: boolean;
}

/** What the disk's own change logs ask for a resync for, if they do. */
export function reasonDoubt(diskId: string, reasons: readonly ResyncReason[]): SourceDoubt | undefined {
  if (reasons.length === 0) return undefined;
  const text = `disk ${diskId} ${reasons.map((reason) => texts[reason]).join(", and ")}`;
  return { text, isFault: reasons.some((reason) => !expected.has(reason)) };
}

type Continuing = Pick<ChangeState | DiskSnapshot, "continues" | "resyncReasons">;

/** What the disks' changes count from after a point; points of an earlier version have no lineage. */
export function lineagesOf({ disks }: Pick<RecoveryPoint, "disks">): Lineages {
  return Object.fromEntries(disks.flatMap(({ diskId, lineage }) => (lineage ? [[diskId, lineage]] : [])));
}

/** Why a disk's changes cannot be added to the point `base`, which has the disk, or `undefined` if they can. */
export function diskDoubt(
  base: Seed,
  diskId: string,
  now: Continuing,
  seeds: readonly Seed[],
): SourceDoubt | undefined {
  if (now.resyncReasons.length > 0) return reasonDoubt(diskId, now.resyncReasons);
  const ofPoint = [base, ...seeds.filter(({ pointId }) => pointId === base.pointId)];
  const known = ofPoint.map(({ lineages }) => lineages[diskId]).filter((lineage) => lineage !== undefined);
  if (known.some((lineage) => now.continues(lineage))) return undefined;
  const isFault = known.length > 0;
  return { text: `disk ${diskId} ${isFault ? lineageText : outdatedText}`, isFault };
}

interface Changes {
  readonly source: { readonly disks: readonly { readonly diskId: string; readonly path: string }[] };
  readonly disks: readonly DiskSnapshot[];
  readonly seeds: readonly Seed[];
}

/** Why a snapshot's changes cannot be added to a point, or `undefined` if they can. */
export function sourceDoubt(base: RecoveryPoint, { source, disks, seeds }: Changes): string | undefined {
  for (const { diskId } of base.disks) {
    if (!source.disks.some((disk) => disk.diskId === diskId)) return `disk ${diskId} was removed`;
  }
  for (const { diskId, path } of source.disks) {
    const now = disks.find((disk) => disk.path === path);
    if (now === undefined) continue;
    const before = base.disks.find((disk) => disk.diskId === diskId);
    if (before === undefined) return `disk ${diskId} was added`;
    if (before.sizeBytes !== now.sizeBytes) return `disk ${diskId} has another size now`;
    const doubt = diskDoubt({ pointId: base.id, lineages: lineagesOf(base) }, diskId, now, seeds);
    if (doubt !== undefined) return doubt.text;
  }
  return undefined;
}

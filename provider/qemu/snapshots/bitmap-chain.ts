/**
 * Which changes of a disk its bitmaps still know. A cycle adds a bitmap and stops the one before at the same instant, so
 * bitmaps of consecutive generations together have everything since the first of them.
 */
import { randomHex, type Random } from "../../random.ts";
import { blockSizeBytes, type ResyncReason } from "../../disks/disk.ts";
import type { Lineage } from "../../model/lineage.ts";
import type { Qmp } from "../qmp.ts";
import type { Bitmap, BlockNode } from "./block-nodes.ts";
import { bitmapName, lineageIn } from "./names.ts";

interface TrackingBitmap extends Bitmap {
  readonly lineage: Lineage;
}

/** What the caller knows of a disk from its newest recovery point. */
export interface KnownDisk {
  /** The disk's size at that point, or as its machine has it if there is none. */
  readonly sizeBytes: number;
  /** The lineage at that point. Absent: there is none yet. */
  readonly since?: Lineage | undefined;
  /** Why the disk has no bitmap of ours, if it is known: the reason that is reported then. Default: `TrackingLost`. */
  readonly lostBecause?: ResyncReason | undefined;
}

export function trackingBitmapsOf(node: BlockNode): TrackingBitmap[] {
  return node.bitmaps.flatMap((bitmap) => {
    const lineage = lineageIn(bitmap.name);
    return lineage === undefined ? [] : [{ ...bitmap, lineage }];
  });
}

/** Whether a QEMU that had bitmaps of ours open was killed: they are there, and of no use. */
function wasInterrupted(node: BlockNode): boolean {
  return trackingBitmapsOf(node).some(({ isInconsistent }) => isInconsistent);
}

/** The bitmaps with everything since a recovery point, oldest first, or why there are none. */
export function chainOf(node: BlockNode, known: KnownDisk): readonly Bitmap[] | ResyncReason {
  const { since, sizeBytes, lostBecause } = known;
  if (since === undefined) return lostBecause ?? (wasInterrupted(node) ? "TrackingLost" : "NewTracking");
  // QEMU keeps the bitmaps of a disk that is resized, and marks nothing of what it gains.
  if (node.sizeBytes !== sizeBytes) return "SizeChanged";
  const tracking = trackingBitmapsOf(node);
  if (tracking.length === 0) return lostBecause ?? "TrackingLost";
  const chain = tracking
    .filter(({ lineage }) => lineage.tracker === since.tracker && lineage.generation >= since.generation)
    .sort((one, other) => one.lineage.generation - other.lineage.generation);
  const isSound = chain.every(
    ({ lineage, isInconsistent, granularityBytes }, index) =>
      lineage.generation === since.generation + index &&
      !isInconsistent &&
      granularityBytes === blockSizeBytes,
  );
  // The first must be the one bitmap, not another of its number; the last must be the one that sees the next write.
  const isWhole = chain[0]?.name === bitmapName(since) && chain.at(-1)!.isRecording;
  return isSound && isWhole ? chain : "TrackingLost";
}

/** A lineage for the next instant of a disk. It is no earlier one's, even if the disk's state was put back. */
export function nextLineage(node: BlockNode, random: Random): Lineage {
  return lineageAfter(
    trackingBitmapsOf(node).map(({ lineage }) => lineage),
    random,
  );
}

/** A lineage that is none of some, and later than all of them. */
export function lineageAfter(lineages: readonly Lineage[], random: Random): Lineage {
  const newest = lineages.toSorted((one, other) => other.generation - one.generation)[0];
  return {
    tracker: newest?.tracker ?? randomHex(random, 16),
    generation: (newest?.generation ?? 0) + 1,
    logId: randomHex(random, 8),
  };
}

/** Makes the oldest bitmap of a chain have all of it, and removes the others, at once or not at all. */
export async function joinChain(qmp: Qmp, node: string, chain: readonly Bitmap[]): Promise<void> {
  const [first, ...later] = chain.map(({ name }) => name);
  if (first === undefined || later.length === 0) return;
  await qmp.execute("transaction", {
    actions: [
      action("block-dirty-bitmap-enable", { node, name: first }),
      action("block-dirty-bitmap-merge", { node, target: first, bitmaps: later }),
      ...later.map((name) => action("block-dirty-bitmap-remove", { node, name })),
    ],
  });
}

/** Removes bitmaps, all of them or none. */
export async function removeBitmaps(qmp: Qmp, node: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const actions = names.map((name) => action("block-dirty-bitmap-remove", { node, name }));
  await qmp.execute("transaction", { actions });
}

/** A part of a transaction. */
export function action(type: string, data: object): { type: string; data: object } {
  return { type, data };
}

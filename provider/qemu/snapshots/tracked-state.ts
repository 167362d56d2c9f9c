/** What dirty bitmaps say of a disk's changes, as the engine asks for it without a snapshot. */
import { blockCountOf, type ChangeState, isHalfOfDisk, type ResyncReason } from "../../disks/disk.ts";
import { isSameLineage, type Lineage } from "../../model/lineage.ts";

/** Of a disk that has to be compared. */
export function notTracked(reason: ResyncReason): ChangeState {
  return {
    tracked: reason !== "NewTracking",
    pendingBlocks: 0,
    logBytes: 0,
    resyncRequired: true,
    resyncReasons: [reason],
    lineage: undefined,
    continues: () => false,
  };
}

/** `lineages` are those that the bitmaps together go back to, oldest first. */
export function trackedState(
  pendingBlocks: number,
  { sizeBytes, lineages }: { readonly sizeBytes: number; readonly lineages: readonly Lineage[] },
): ChangeState {
  const isHalf = isHalfOfDisk(pendingBlocks, blockCountOf(sizeBytes));
  return {
    tracked: true,
    pendingBlocks,
    logBytes: 0,
    resyncRequired: isHalf,
    resyncReasons: isHalf ? ["HalfOfDisk"] : [],
    lineage: lineages[0],
    continues: (since) => lineages.some((lineage) => isSameLineage(lineage, since)),
  };
}

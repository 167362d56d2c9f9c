import type { Lineage } from "../../model/lineage.ts";
import { trackingBitmapsOf } from "../../qemu/snapshots/bitmap-chain.ts";
import type { BlockNode } from "../../qemu/snapshots/block-nodes.ts";

/** The lineages that a disk's bitmaps together go back to, oldest first: of an unbroken row that still records. */
export function lineagesOf(node: BlockNode): Lineage[] {
  const sound = trackingBitmapsOf(node)
    .filter(({ isInconsistent }) => !isInconsistent)
    .sort((one, other) => other.lineage.generation - one.lineage.generation);
  const [newest] = sound;
  if (newest?.isRecording !== true) return [];
  const row = sound.filter(
    ({ lineage }, index) =>
      lineage.tracker === newest.lineage.tracker && lineage.generation === newest.lineage.generation - index,
  );
  return row.map(({ lineage }) => lineage).reverse();
}

import { DiskMap, type LayerReference, type MapWindow, SegmentNumbers } from "../layers/disk-map.ts";
import type { DiskFolder } from "../layers/layer-reader.ts";

/** Blocks looked at together, 16 GiB of disk: some 20 MiB of memory, whatever the disk's size. */
const passBlocks = 262_144;

export type RecordVisitor = (segmentId: string, offset: number, length: number) => void;

/**
 * Tells each record that at least one of these maps (a disk of each recovery point, in order) needs, once.
 */
export async function visitLiveRecords(
  disk: DiskFolder,
  maps: readonly (readonly LayerReference[])[],
  blockCount: number,
  visit: RecordVisitor,
): Promise<void> {
  const layers = new Map(maps.flat().map((layer) => [layer.id, layer]));
  const all = await DiskMap.open(disk, [...layers.values()]);
  try {
    // What no layer says anything of costs nothing, however large the disk is.
    for (let first = await all.nextCovered(0); first !== undefined && first < blockCount;) {
      await visitPass(disk, maps, first, Math.min(passBlocks, blockCount - first), visit);
      first = await all.nextCovered(first + passBlocks);
    }
  } finally {
    await all.close();
  }
}

async function visitPass(
  disk: DiskFolder,
  maps: readonly (readonly LayerReference[])[],
  first: number,
  count: number,
  visit: RecordVisitor,
): Promise<void> {
  const numbers = new SegmentNumbers();
  // A record holds one block, so that it is met in one pass only and the set can be forgotten after it.
  const met = new Set<number>();
  let window: MapWindow | undefined;
  let applied: readonly LayerReference[] = [];
  for (const layers of maps) {
    const shared = sharedCount(applied, layers);
    // Most points add a layer to the one before: only that layer has to be read.
    const continues = window !== undefined && shared === applied.length;
    const map = await DiskMap.open(disk, continues ? layers.slice(shared) : layers, numbers);
    try {
      if (window !== undefined && continues) await map.applyTo(window);
      else window = await map.window(first, count);
    } finally {
      await map.close();
    }
    applied = layers;
    visitWindow(window, numbers, met, visit);
  }
}

function visitWindow(
  window: MapWindow,
  numbers: SegmentNumbers,
  met: Set<number>,
  visit: RecordVisitor,
): void {
  for (let position = 0; position < window.segment.length; position += 1) {
    const segment = window.segment[position]!;
    if (segment < 0) continue;
    const offset = window.offset[position]!;
    const key = segment * 0x1_0000_0000 + offset;
    if (met.has(key)) continue;
    met.add(key);
    visit(numbers.ids[segment]!, offset, window.length[position]!);
  }
}

function sharedCount(left: readonly LayerReference[], right: readonly LayerReference[]): number {
  let count = 0;
  while (count < left.length && left[count]!.id === right[count]?.id) count += 1;
  return count;
}

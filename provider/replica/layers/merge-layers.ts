import { checksumBytes } from "./entry-table.ts";
import { absent, DiskMap, type LayerReference, windowBlocks, zero } from "./disk-map.ts";
import type { DiskFolder } from "./layer-reader.ts";
import type { LocalFile } from "../../ports/objects.ts";
import type { FileSystem } from "../../blocks/file-system.ts";
import { type LayerIdentity, LayerWriter } from "./layer-writer.ts";

/** More layers than this are never left on a disk: reading a block asks each of them. */
export const layerCountMax = 16;

/**
 * How many layers at the end of the list should become one, or 0. Layers are joined when there are too many,
 * at least half of them, and never a large one for the sake of small ones: so a delta's share of the merging
 * stays proportional to the delta, whatever the disk's size.
 */
export function layersToMerge(layers: readonly LayerReference[]): number {
  if (layers.length <= layerCountMax) return 0;
  let count = layerCountMax / 2;
  let total = layers.slice(-count).reduce((sum, layer) => sum + layer.entryCount, 0);
  for (let index = layers.length - count - 1; index >= 0; index -= 1) {
    const size = layers[index]!.entryCount;
    if (size > 2 * total) break;
    total += size;
    count += 1;
  }
  return count;
}

/**
 * Writes one map, on this computer, that says what these layers say together; zeros stay entries, they may hide older
 * layers.
 */
export async function mergeLayers(
  disk: DiskFolder,
  layers: readonly LayerReference[],
  files: FileSystem,
  identity: LayerIdentity,
): Promise<{ entryCount: number; file: LocalFile }> {
  const map = await DiskMap.open(disk, layers);
  try {
    const writer = new LayerWriter(files, identity);
    try {
      await copyEntries(map, writer);
      writer.seal();
    } catch (error) {
      writer.discard();
      throw error;
    }
    return { entryCount: writer.entryCount, file: await writer.finish() };
  } finally {
    await map.close();
  }
}

async function copyEntries(map: DiskMap, writer: LayerWriter): Promise<void> {
  let next = await map.nextCovered(0);
  for (; next !== undefined; next = await map.nextCovered(next + windowBlocks)) {
    const window = await map.window(next, windowBlocks);
    for (let position = 0; position < windowBlocks; position += 1) {
      const segment = window.segment[position]!;
      if (segment === absent) continue;
      const block = next + position;
      if (segment === zero) {
        writer.addEntry(block, 0, 0, 0);
        continue;
      }
      const checksum = window.checksum.subarray(position * checksumBytes, (position + 1) * checksumBytes);
      const index = writer.segmentIndex(map.segments[segment]!);
      writer.addEntry(block, index, window.offset[position]!, window.length[position]!, checksum);
    }
  }
}

/** Which blocks of an image may hold data: what its file system has allocated. Holes are never read. */
import type { OpenFile } from "../blocks/file-system.ts";
import type { BlockRange } from "./block-set.ts";
import { blockSizeBytes } from "./disk.ts";

/**
 * Yields the blocks that may be other than zero, in ascending order, each once. All blocks where the file system cannot
 * tell. A block that is written while this runs may be left out only if it was a hole before.
 */
export function* dataRangesOf(image: OpenFile, sizeBytes: number): Generator<BlockRange> {
  const end = Math.ceil(sizeBytes / blockSizeBytes);
  let next = 0;
  while (next < end) {
    const extent = image.nextExtent?.(next * blockSizeBytes) ?? undefined;
    if (image.nextExtent === undefined) {
      yield { firstBlock: next, blockCount: end - next };
      return;
    }
    if (extent === undefined) return;
    const firstBlock = Math.max(next, Math.floor(extent.start / blockSizeBytes));
    const last = Math.min(end, Math.ceil(extent.end / blockSizeBytes));
    if (firstBlock >= last) return;
    yield { firstBlock, blockCount: last - firstBlock };
    next = last;
  }
}

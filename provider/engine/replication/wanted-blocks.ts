/** Which blocks of a sparse disk are worth looking at, and how they are shared out to batches. */
import type { BlockRange } from "../../disks/block-set.ts";

/** Holes of fewer blocks than this between two runs are read with them: one batch's map is one look-up. */
const runBlocks = 16;

/** The first block from a block on that counts, or `undefined` if there is none. */
type NextInHole = (block: number) => Promise<number | undefined>;

/**
 * Yields the ranges of `data`, and in its holes the runs of blocks that `nextInHole` names, ascending and without
 * overlap.
 */
export async function* wantedRanges(
  data: Iterable<BlockRange>,
  nextInHole: NextInHole,
  limit: number,
): AsyncGenerator<BlockRange> {
  let next = 0;
  for (const range of data) {
    yield* inHole(next, Math.min(range.firstBlock, limit), nextInHole);
    const end = Math.min(limit, range.firstBlock + range.blockCount);
    if (range.firstBlock < end) yield { firstBlock: range.firstBlock, blockCount: end - range.firstBlock };
    next = end;
  }
  yield* inHole(next, limit, nextInHole);
}

async function* inHole(from: number, end: number, nextInHole: NextInHole): AsyncGenerator<BlockRange> {
  for (let block = from; block < end;) {
    const firstBlock = await nextInHole(block);
    if (firstBlock === undefined || firstBlock >= end) return;
    block = Math.min(end, firstBlock + runBlocks);
    yield { firstBlock, blockCount: block - firstBlock };
  }
}

/** Yields the blocks of ranges in lists of at most `batchBlocks`, each within `spanBlocks` blocks of the disk. */
export async function* batches(
  ranges: AsyncIterable<BlockRange>,
  { batchBlocks, spanBlocks }: { batchBlocks: number; spanBlocks: number },
): AsyncGenerator<Uint32Array> {
  let blocks: number[] = [];
  for await (const { firstBlock, blockCount } of ranges) {
    for (let block = firstBlock; block < firstBlock + blockCount; block += 1) {
      const isFull = blocks.length === batchBlocks || (blocks.length > 0 && block >= blocks[0]! + spanBlocks);
      if (isFull) {
        yield Uint32Array.from(blocks);
        blocks = [];
      }
      blocks.push(block);
    }
  }
  if (blocks.length > 0) yield Uint32Array.from(blocks);
}

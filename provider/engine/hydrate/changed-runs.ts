/** Which parts of a disk differ between two recovery points, or from zeros. */
import { blockCountOf, blockSizeBytes } from "../../disks/disk.ts";
import type { DiskMap } from "../../replica/layers/disk-map.ts";
import { type MapWindow, windowBlocks } from "../../replica/layers/disk-map.ts";
import { checksumAt } from "../replication/known-data.ts";
import type { PinnedDisk } from "../replication/pinned-disk.ts";

/** Blocks next to each other that are all data, or all zeros where there was data before. */
export interface ChangedRun {
  readonly firstBlock: number;
  readonly blockCount: number;
  readonly isZero: boolean;
}

/** Yields the runs of a disk from `fromBlock` on that differ from `base`, ascending, none longer than `runBytesMax`. */
export async function* changedRuns(
  { map, disk }: PinnedDisk,
  base: DiskMap | undefined,
  { fromBlock, runBytesMax }: { fromBlock: number; runBytesMax: number },
): AsyncGenerator<ChangedRun> {
  const blockCount = blockCountOf(disk.sizeBytes);
  const longest = runBytesMax / blockSizeBytes;
  let run: ChangedRun | undefined;
  for await (const { block, isZero } of changedBlocks({ map, base }, fromBlock, blockCount)) {
    const isNext =
      run?.isZero === isZero && block === run.firstBlock + run.blockCount && run.blockCount < longest;
    if (run !== undefined && isNext) run = { ...run, blockCount: run.blockCount + 1 };
    else {
      if (run !== undefined) yield run;
      run = { firstBlock: block, blockCount: 1, isZero };
    }
  }
  if (run !== undefined) yield run;
}

interface Maps {
  readonly map: DiskMap;
  readonly base: DiskMap | undefined;
}

async function* changedBlocks(
  { map, base }: Maps,
  fromBlock: number,
  blockCount: number,
): AsyncGenerator<{ block: number; isZero: boolean }> {
  let first = await nextCovered({ map, base }, fromBlock);
  while (first !== undefined && first < blockCount) {
    const count = Math.min(windowBlocks, blockCount - first);
    const now = await map.window(first, count);
    const before = await base?.window(first, count);
    for (let position = 0; position < count; position += 1) {
      const isZero = now.segment[position]! < 0;
      const wasZero = before === undefined || before.segment[position]! < 0;
      if (isZero && wasZero) continue;
      if (isZero || wasZero || !isSame(now, before, position)) yield { block: first + position, isZero };
    }
    first = await nextCovered({ map, base }, first + count);
  }
}

async function nextCovered({ map, base }: Maps, block: number): Promise<number | undefined> {
  const next = await map.nextCovered(block);
  const inBase = await base?.nextCovered(block);
  if (next === undefined || inBase === undefined) return next ?? inBase;
  return Math.min(next, inBase);
}

function isSame(now: MapWindow, before: MapWindow, position: number): boolean {
  return Buffer.compare(checksumAt(now, position), checksumAt(before, position)) === 0;
}

/** Bytes of the runs: what goes over the line, and what is made zeros. */
export async function measureRuns(
  runs: AsyncIterable<ChangedRun>,
): Promise<{ dataBytes: number; zeroBytes: number }> {
  const sum = { dataBytes: 0, zeroBytes: 0 };
  for await (const { blockCount, isZero } of runs) {
    sum[isZero ? "zeroBytes" : "dataBytes"] += blockCount * blockSizeBytes;
  }
  return sum;
}

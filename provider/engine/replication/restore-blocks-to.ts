import { dataRangesOf } from "../../disks/data-ranges.ts";
import { blockCountOf, blockSizeBytes } from "../../disks/disk.ts";
import type { ImageLayout } from "../../images/image-layout.ts";
import { absent } from "../../replica/layers/disk-map.ts";
import { checksumBytes } from "../../replica/layers/entry-table.ts";
import type { ReplicaStore } from "../../replica/replica-store.ts";
import type { ImageBefore, RestoreBatch, RestoreResult } from "../process-server/batches.ts";
import { openPipeline } from "../process-server/pipeline.ts";
import { type Planned, runInOrder } from "../process-server/run-in-order.ts";
import { cancelled } from "./copy-snapshot.ts";
import { openPinnedDisk, type PinnedDisk } from "./pinned-disk.ts";
import { batches, wantedRanges } from "./wanted-blocks.ts";
import { threadsFor } from "./threads-for.ts";

export interface RestoreProgress {
  readonly diskId: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface RestoreCounts {
  /** Bytes written to the image; holes are not written. */
  readonly bytesWritten: number;
  readonly blocksWritten: number;
  /** Blocks that were right already. */
  readonly blocksEqual: number;
}

const batchBlocksMax = 1024;

/** Opens a disk of a recovery point and keeps the point from being dropped while `work` runs. */
export async function withPinnedDisk<T>(
  options: {
    store: ReplicaStore;
    machineId?: string | undefined;
    pointId: string;
    diskId: string;
    signal?: AbortSignal;
  },
  work: (opened: PinnedDisk) => Promise<T>,
): Promise<T> {
  const { store, diskId } = options;
  const opened = await openPinnedDisk(options);
  try {
    return await work(opened);
  } catch (error) {
    if (options.signal?.aborted === true) throw cancelled(`disk ${diskId}`, error);
    throw await store.explain(error);
  } finally {
    await opened.close();
  }
}

interface RestoreTo {
  readonly store: ReplicaStore;
  readonly diskId: string;
  readonly toPath: string;
  readonly image: ImageBefore;
  /** How a new image is laid out; default: raw. */
  readonly layout?: ImageLayout;
  /** Only these blocks, ascending; default: the whole disk. */
  readonly blocks?: Iterable<number>;
  readonly onProgress?: (progress: RestoreProgress) => void;
  readonly signal?: AbortSignal;
}

/** Brings blocks of an open recovery point into an existing image. */
export async function restoreBlocksTo(opened: PinnedDisk, to: RestoreTo): Promise<RestoreCounts> {
  const { disk } = opened;
  const listed = to.blocks === undefined ? undefined : Uint32Array.from(to.blocks);
  const bytesTotal =
    listed === undefined ? disk.sizeBytes : Math.min(listed.length * blockSizeBytes, disk.sizeBytes);
  const pipeline = openPipeline(to.store, threadsFor(to.store, bytesTotal));
  const counts = { bytesWritten: 0, blocksWritten: 0, blocksEqual: 0 };
  const receive = (result: RestoreResult, bytesDone: number): void => {
    counts.bytesWritten += result.bytesWritten;
    counts.blocksWritten += result.blocksWritten;
    counts.blocksEqual += result.blocksEqual;
    to.onProgress?.({ diskId: to.diskId, bytesDone: Math.min(bytesDone, bytesTotal), bytesTotal });
  };
  try {
    const planned = listed === undefined ? planWhole(opened, to) : planListed(opened, to, listed);
    await runInOrder(pipeline, planned, receive, to.signal);
    to.onProgress?.({ diskId: to.diskId, bytesDone: bytesTotal, bytesTotal });
    return counts;
  } finally {
    await pipeline.close();
  }
}

type PlannedRestore = Planned<RestoreBatch, number>;

async function* planWhole(opened: PinnedDisk, to: RestoreTo): AsyncGenerator<PlannedRestore> {
  const { sizeBytes } = opened.disk;
  const packed = packer(to.layout);
  const image = to.image !== "zeros" ? to.store.files.open(to.toPath, "read") : undefined;
  try {
    // Holes of a new image are zeros already; of an existing one its data is compared as well.
    const data = image === undefined ? [] : dataRangesOf(image, sizeBytes);
    const ranges = wantedRanges(data, (block) => opened.map.nextCovered(block), blockCountOf(sizeBytes));
    for await (const blocks of batches(ranges, { batchBlocks: batchBlocksMax, spanBlocks: batchBlocksMax })) {
      const batch = packed(await batchFor(opened, to, blocks));
      yield { batch, context: (blocks.at(-1)! + 1) * blockSizeBytes };
    }
  } finally {
    image?.close();
  }
}

/** Places the blocks of batches, in their order, as a layout has them. */
function packer(layout: ImageLayout | undefined): (batch: RestoreBatch) => RestoreBatch {
  let packedFrom = layout?.packedFrom;
  return (batch) => {
    layout?.add(batch.blocks);
    if (packedFrom === undefined) return batch;
    const placed = { ...batch, packedFrom };
    packedFrom += batch.blocks.length * blockSizeBytes;
    return placed;
  };
}

async function* planListed(
  opened: PinnedDisk,
  to: RestoreTo,
  listed: Uint32Array,
): AsyncGenerator<PlannedRestore> {
  const blockCount = blockCountOf(opened.disk.sizeBytes);
  for (let start = 0; start < listed.length;) {
    let end = start + 1;
    while (end < listed.length && listed[end]! < listed[start]! + batchBlocksMax) end += 1;
    const blocks = listed.slice(start, end).filter((block) => block < blockCount);
    start = end;
    if (blocks.length > 0) yield { batch: await batchFor(opened, to, blocks), context: end * blockSizeBytes };
  }
}

async function batchFor(
  { disk, folder, map }: PinnedDisk,
  to: RestoreTo,
  wanted: Uint32Array,
): Promise<RestoreBatch> {
  const firstBlock = wanted[0]!;
  const window = await map.window(firstBlock, wanted.at(-1)! - firstBlock + 1);
  const blocks =
    to.image !== "zeros" ? wanted : wanted.filter((block) => window.segment[block - firstBlock]! >= 0);
  const checksum = new Uint8Array(blocks.length * checksumBytes);
  const segments: string[] = [];
  const indexes = new Map<number, number>();
  const segment = Int32Array.from(blocks, (block, position) => {
    const from = (block - firstBlock) * checksumBytes;
    checksum.set(window.checksum.subarray(from, from + checksumBytes), position * checksumBytes);
    const global = window.segment[block - firstBlock]!;
    if (global < 0) return absent;
    if (!indexes.has(global)) indexes.set(global, segments.push(map.segments[global]!) - 1);
    return indexes.get(global)!;
  });
  return {
    type: "restore",
    toPath: to.toPath,
    diskSizeBytes: disk.sizeBytes,
    from: folder.objects.address,
    diskName: folder.name,
    scope: folder.scope,
    ring: folder.ring.spec,
    blocks,
    segment,
    offset: Uint32Array.from(blocks, (block) => window.offset[block - firstBlock]!),
    length: Uint32Array.from(blocks, (block) => window.length[block - firstBlock]!),
    checksum,
    segments,
    image: to.image,
  };
}

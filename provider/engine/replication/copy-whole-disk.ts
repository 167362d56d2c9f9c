import { blockCountOf, blockSizeBytes } from "../../disks/disk.ts";
import { EntryTable } from "../../replica/layers/entry-table.ts";
import type { MapWindow } from "../../replica/layers/disk-map.ts";
import { LayerWriter } from "../../replica/layers/layer-writer.ts";
import type { RecoveryPointDisk } from "../../replica/recovery-point.ts";
import { type CopyBatch, type CopyResult, outcome } from "../process-server/batches.ts";
import type { Pipeline } from "../process-server/pipeline.ts";
import { type Planned, runInOrder } from "../process-server/run-in-order.ts";
import type { DiskTask } from "./copy-snapshot.ts";
import { checksumAt, KnownData, knownOf } from "./known-data.ts";
import { batches, wantedRanges } from "./wanted-blocks.ts";

/**
 * A batch covers a 64th of the disk within these bounds: fine steps on small disks, few files on large ones.
 */
const batchBlocksMin = 64;
const batchBlocksMax = 1024;
/** The blocks of a batch lie within as many blocks of the disk, so that its maps stay small: 4 GiB. */
const spanBlocks = 65_536;

export interface FullPass {
  /** Write a complete map, instead of one that adds to the previous layers. */
  readonly fresh: boolean;
  /** Ids of segments whose data must be copied again whatever their checksums say. */
  readonly distrusted: ReadonlySet<string>;
}

interface Span {
  readonly previous: MapWindow | undefined;
  readonly unfinished: MapWindow | undefined;
}

/**
 * Reads a whole disk and stores what the target lacks: what neither the previous recovery point nor an
 * unfinished copy holds, by checksum. Returns the disk of the new recovery point: the previous layers and one
 * map more, or (`fresh`) one map alone that needs none of them.
 */
export async function copyWholeDisk(
  task: DiskTask,
  pipeline: Pipeline,
  { fresh, distrusted }: FullPass,
): Promise<RecoveryPointDisk> {
  const { machine, diskId, snapshot } = task;
  const known = await KnownData.of(task, distrusted);
  const identity = machine.newLayer(diskId, "map");
  const writer = new LayerWriter(machine.spool.files, identity);
  try {
    let bytesDone = 0;
    await runInOrder(
      pipeline,
      planBatches(task, known, fresh),
      (result, span, batch) => {
        addEntries(writer, known, batch, result, span, fresh);
        count(task, batch, result);
        bytesDone = Math.min((batch.blocks.at(-1)! + 1) * blockSizeBytes, snapshot.sizeBytes);
        task.report(bytesDone, snapshot.sizeBytes);
      },
      task.signal,
    );
    if (bytesDone < snapshot.sizeBytes) task.report(snapshot.sizeBytes, snapshot.sizeBytes);
    const layers = fresh ? [] : [...(task.previous?.layers ?? [])];
    if (writer.entryCount === 0) {
      writer.discard();
      return { diskId, sizeBytes: snapshot.sizeBytes, layers };
    }
    writer.seal();
    await task.transfer.put(identity.name, await writer.finish());
    task.counts.bytesSent += writer.sizeBytes;
    const layer = { kind: "map", id: identity.id, entryCount: writer.entryCount } as const;
    return { diskId, sizeBytes: snapshot.sizeBytes, layers: [...layers, layer] };
  } catch (error) {
    writer.discard();
    throw error;
  } finally {
    await known.close();
  }
}

async function* planBatches(
  task: DiskTask,
  known: KnownData,
  fresh: boolean,
): AsyncGenerator<Planned<CopyBatch, Span>> {
  const { machine, diskId, snapshot } = task;
  const blockCount = blockCountOf(snapshot.sizeBytes);
  const batchBlocks = Math.min(batchBlocksMax, Math.max(batchBlocksMin, Math.ceil(blockCount / 64)));
  const data = snapshot.dataRanges?.() ?? [{ firstBlock: 0, blockCount }];
  // A hole where the previous point has data has become zeros, which a point that adds to it must say.
  const inHoles = (block: number): Promise<number | undefined> =>
    fresh ? Promise.resolve(undefined) : known.nextInPrevious(block);
  for await (const blocks of batches(wantedRanges(data, inHoles, blockCount), { batchBlocks, spanBlocks })) {
    const first = blocks[0]!;
    const length = blocks.at(-1)! - first + 1;
    const span: Span = {
      previous: await known.previousWindow(first, length),
      unfinished: await known.unfinishedWindow(first, length),
    };
    const { path, name, storeId, fileId, key } = machine.newLayer(diskId, "segment");
    const batch: CopyBatch = {
      type: "copy",
      reader: snapshot.reader,
      diskSizeBytes: snapshot.sizeBytes,
      blocks,
      recordZeros: false,
      known: [known.trustedOf(span.previous, blocks), knownOf(span.unfinished, blocks)],
      compresses: task.compresses,
      segment: { path, name, storeId, fileId, key: key.export() },
    };
    yield { batch, context: span };
  }
}

/** Adds what is new in this span to the map, in block order. */
function addEntries(
  writer: LayerWriter,
  known: KnownData,
  batch: CopyBatch,
  result: CopyResult,
  span: Span,
  fresh: boolean,
): void {
  const stored = new EntryTable(Buffer.from(result.entries));
  const segmentId = Buffer.from(batch.segment.fileId).toString("hex");
  let next = 0;
  for (const [position, what] of result.outcomes.entries()) {
    const block = batch.blocks[position]!;
    const inWindow = block - batch.blocks[0]!;
    if (what === outcome.stored) {
      const segment = writer.segmentIndex(segmentId);
      writer.addEntry(block, segment, stored.offset(next), stored.length(next), stored.checksum(next));
      next += 1;
    } else if (what === outcome.zero) {
      const wasData = span.previous !== undefined && span.previous.segment[inWindow]! >= 0;
      if (wasData && !fresh) writer.addEntry(block, 0, 0, 0);
    } else if (what === outcome.known + 1) {
      addKnown(writer, span.unfinished!, inWindow, known.unfinishedSegments(span.unfinished!));
    } else if (fresh) {
      addKnown(writer, span.previous!, inWindow, known.previousSegments);
    }
  }
}

function addKnown(
  writer: LayerWriter,
  window: MapWindow,
  position: number,
  segments: readonly string[],
): void {
  const segment = writer.segmentIndex(segments[window.segment[position]!]!);
  const { offset, length } = window;
  writer.addEntry(
    window.firstBlock + position,
    segment,
    offset[position]!,
    length[position]!,
    checksumAt(window, position),
  );
}

function count(task: DiskTask, batch: CopyBatch, result: CopyResult): void {
  const { counts } = task;
  counts.bytesRead += result.bytesRead;
  counts.bytesSent += result.bytesStored;
  for (const [position, what] of result.outcomes.entries()) {
    if (what >= outcome.known) counts.blocksReused += 1;
    if (what !== outcome.stored) continue;
    counts.blocksSent += 1;
    const offset = batch.blocks[position]! * blockSizeBytes;
    counts.bytesChanged += Math.min(blockSizeBytes, batch.diskSizeBytes - offset);
  }
}

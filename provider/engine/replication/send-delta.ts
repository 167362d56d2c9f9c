import { type BlockSet } from "../../disks/block-set.ts";
import { blockSizeBytes } from "../../disks/disk.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { EntryTable } from "../../replica/layers/entry-table.ts";
import type { LayerReference } from "../../replica/layers/disk-map.ts";
import { LayerWriter } from "../../replica/layers/layer-writer.ts";
import { layersToMerge, mergeLayers } from "../../replica/layers/merge-layers.ts";
import type { MachineFolder } from "../../replica/machine-folder.ts";
import type { RecoveryPoint, RecoveryPointDisk } from "../../replica/recovery-point.ts";
import { type CopyBatch, type CopyResult, outcome } from "../process-server/batches.ts";
import { openPipeline, type Pipeline } from "../process-server/pipeline.ts";
import { type Planned, runInOrder } from "../process-server/run-in-order.ts";
import { type SnapshotCopy, type CycleResult, type DiskTask, copySnapshot } from "./copy-snapshot.ts";
import { replicaDoubtOf } from "./replica-doubt.ts";
import { sourceDoubt } from "./source-doubt.ts";
import { threadsFor } from "./threads-for.ts";
import { said } from "../../message.ts";

const batchBlocksMax = 1024;

/**
 * Sends the blocks that changed since the last completed cycle, and nothing else [HW-4a]: its cost is what
 * has changed, whatever the size of the disk. Throws `ResyncRequired` when the changes alone are not enough
 * [HW-4b], or the machine has no recovery point that they could be added to.
 */
export async function sendDelta(options: SnapshotCopy): Promise<CycleResult> {
  let pipeline: Pipeline | undefined;
  try {
    return await copySnapshot(
      options,
      (machine) => basePoint(options, machine),
      (task) => {
        pipeline ??= openPipeline(options.store, threadsFor(options.store, changedBytes(options)));
        const way = task.transfer.through(pipeline);
        return sendDisk(task, task.snapshot.changedBlocks(), way);
      },
    );
  } finally {
    await pipeline?.close();
  }
}

function changedBytes(options: SnapshotCopy): number {
  return options.snapshot.disks.reduce((sum, disk) => sum + disk.changedBlocks().count * blockSizeBytes, 0);
}

async function basePoint(options: SnapshotCopy, machine: MachineFolder): Promise<RecoveryPoint> {
  const doubt = options.ledger && (await replicaDoubtOf(machine, options.ledger));
  const base = doubt === undefined ? await machine.points.latest() : undefined;
  const { source, snapshot, seeds = [] } = options;
  const none = "it has no recovery point yet";
  const why = doubt?.text ?? (base ? sourceDoubt(base, { source, disks: snapshot.disks, seeds }) : none);
  if (base !== undefined && why === undefined) return base;
  const message = said`A delta of machine ${machine.machineId} cannot be applied: ${why}. Run a resync.`;
  throw new SiteRecoveryError("ResyncRequired", message, { target: machine.machineId });
}

async function sendDisk(task: DiskTask, changed: BlockSet, pipeline: Pipeline): Promise<RecoveryPointDisk> {
  const { diskId, snapshot } = task;
  const layers = [...(task.previous?.layers ?? [])];
  const added = await writeLayer(task, changed, pipeline);
  if (added !== undefined) layers.push(added);
  return { diskId, sizeBytes: snapshot.sizeBytes, layers: await mergeIfMany(task, layers) };
}

/** One batch's segment is a layer by itself; several are joined by a map. */
async function writeLayer(
  task: DiskTask,
  changed: BlockSet,
  pipeline: Pipeline,
): Promise<LayerReference | undefined> {
  const { machine, diskId } = task;
  const total = Math.min(changed.count * blockSizeBytes, task.snapshot.sizeBytes);
  if (changed.count <= batchBlocksMax) {
    const blocks = Uint32Array.from(changed);
    if (blocks.length === 0) return undefined;
    task.signal?.throwIfAborted();
    const batch = batchFor(task, blocks, true);
    const result = await pipeline.run(batch);
    count(task, batch, result);
    task.report(total, total);
    return { kind: "segment", id: hex(batch.segment.fileId), entryCount: blocks.length };
  }
  const identity = machine.newLayer(diskId, "map");
  const writer = new LayerWriter(machine.spool.files, identity);
  try {
    let bytesDone = 0;
    const receive = (result: CopyResult, _context: undefined, batch: CopyBatch): void => {
      addEntries(writer, batch, result);
      count(task, batch, result);
      bytesDone = Math.min(bytesDone + batch.blocks.length * blockSizeBytes, total);
      task.report(bytesDone, total);
    };
    await runInOrder(pipeline, planBatches(task, changed), receive, task.signal);
    writer.seal();
    await task.transfer.put(identity.name, await writer.finish());
  } catch (error) {
    writer.discard();
    throw error;
  }
  task.counts.bytesSent += writer.sizeBytes;
  return { kind: "map", id: identity.id, entryCount: writer.entryCount };
}

function* planBatches(task: DiskTask, changed: BlockSet): Generator<Planned<CopyBatch, undefined>> {
  let blocks: number[] = [];
  for (const block of changed) {
    blocks.push(block);
    if (blocks.length < batchBlocksMax) continue;
    yield { batch: batchFor(task, Uint32Array.from(blocks), false), context: undefined };
    blocks = [];
  }
  if (blocks.length > 0) yield { batch: batchFor(task, Uint32Array.from(blocks), false), context: undefined };
}

function batchFor(task: DiskTask, blocks: Uint32Array, recordZeros: boolean): CopyBatch {
  const { path, name, storeId, fileId, key } = task.machine.newLayer(task.diskId, "segment");
  return {
    type: "copy",
    reader: task.snapshot.reader,
    diskSizeBytes: task.snapshot.sizeBytes,
    blocks,
    recordZeros,
    known: [],
    compresses: task.compresses,
    segment: { path, name, storeId, fileId, key: key.export() },
  };
}

function addEntries(writer: LayerWriter, batch: CopyBatch, result: CopyResult): void {
  const stored = new EntryTable(Buffer.from(result.entries));
  const segment = result.segmentWritten ? writer.segmentIndex(hex(batch.segment.fileId)) : 0;
  let next = 0;
  for (const [position, what] of result.outcomes.entries()) {
    const block = batch.blocks[position]!;
    if (what === outcome.zero) {
      writer.addEntry(block, 0, 0, 0);
      continue;
    }
    writer.addEntry(block, segment, stored.offset(next), stored.length(next), stored.checksum(next));
    next += 1;
  }
}

function count(task: DiskTask, batch: CopyBatch, result: CopyResult): void {
  const { counts } = task;
  counts.bytesRead += result.bytesRead;
  counts.bytesChanged += result.bytesRead;
  counts.bytesSent += result.bytesStored;
  counts.blocksSent += batch.blocks.length;
}

async function mergeIfMany(task: DiskTask, layers: readonly LayerReference[]): Promise<LayerReference[]> {
  const mergeCount = layersToMerge(layers);
  if (mergeCount === 0) return [...layers];
  await task.transfer.arrived();
  const { machine, diskId } = task;
  const identity = machine.newLayer(diskId, "map");
  const staying = layers.slice(0, layers.length - mergeCount);
  const merging = layers.slice(-mergeCount);
  const { entryCount, file } = await mergeLayers(
    machine.disk(diskId),
    merging,
    machine.spool.files,
    identity,
  );
  await task.transfer.put(identity.name, file);
  task.counts.bytesSent += file.sizeBytes;
  return [...staying, { kind: "map", id: identity.id, entryCount }];
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

import path from "node:path";
import { blockCountOf, blockSizeBytes } from "../../disks/disk.ts";
import { hasCode } from "../../errors.ts";
import { headerBytes } from "../layers/layer-format.ts";
import type { LayerReference } from "../layers/disk-map.ts";
import { type DiskFolder, LayerReader } from "../layers/layer-reader.ts";
import { ReleasedSegments } from "../layers/released-segments.ts";
import { layerName } from "../layers/layer-writer.ts";
import type { MachineFolder } from "../machine-folder.ts";
import type { RecoveryPoint } from "../recovery-point.ts";
import type { ObjectFacts } from "../../ports/objects.ts";
import { removeUnlocked } from "../remove-unlocked.ts";
import { rewriteSegment } from "./rewrite-segment.ts";
import { visitLiveRecords } from "./visit-records.ts";

/** A segment is written again when less than this share of its records is needed ... */
const liveShareMin = 0.5;
/** ... and at least a block's bytes come free. */
const deadBytesMin = blockSizeBytes;

/**
 * Gives back the space of data that no recovery point needs: files without a reference are removed, segments
 * with little left in them are written again. At any instant of it every recovery point can be read. The
 * caller holds the machine's lock. Throws `Damaged`, and frees nothing, when it cannot tell what is needed.
 */
export async function compactMachine(machine: MachineFolder): Promise<number> {
  const points = await machine.points.all();
  const diskIds = new Set(points.flatMap((point) => point.disks.map((disk) => disk.diskId)));
  let freed = 0;
  // Without a point an initial copy is under way or was killed; it will resume with its segments.
  if (points.length === 0) return 0;
  for (const diskId of diskIds) freed += await compactDisk(machine, diskId, points);
  const known = [...diskIds].map((diskId) => `${machine.disk(diskId).name}/`);
  const foreign: ObjectFacts[] = [];
  for await (const object of machine.objects.list(`${machine.name}/disks/`)) {
    if (known.some((prefix) => object.name.startsWith(prefix))) continue;
    foreign.push(object);
  }
  await machine.requireLock();
  return freed + (await removeLayers(machine, foreign));
}

async function compactDisk(
  machine: MachineFolder,
  diskId: string,
  points: readonly RecoveryPoint[],
): Promise<number> {
  const disk = machine.disk(diskId);
  const versions = points.flatMap((point) => point.disks.filter((candidate) => candidate.diskId === diskId));
  const maps = versions.map((version) => version.layers);
  const blockCount = Math.max(...versions.map((version) => blockCountOf(version.sizeBytes)));
  const layerIds = new Set(maps.flatMap((layers) => layers.map((layer) => layer.id)));
  const liveBytes = new Map<string, number>();
  await visitLiveRecords(disk, maps, blockCount, (segment, _offset, length) => {
    liveBytes.set(segment, (liveBytes.get(segment) ?? 0) + length);
  });
  await machine.requireLock();
  await noteReleased(disk, maps.flat(), new Set([...layerIds, ...liveBytes.keys()]));
  const sparse = new Set<string>();
  const unneeded: ObjectFacts[] = [];
  for (const { kind, id, object } of await machine.layerFiles(diskId)) {
    const isNeeded = layerIds.has(id) || (kind === "segment" && liveBytes.has(id));
    if (isNeeded) {
      if (kind === "segment" && (await isSparse(machine, diskId, id, liveBytes.get(id) ?? 0))) sparse.add(id);
      continue;
    }
    unneeded.push(object);
  }
  await machine.requireLock();
  const freed = await removeLayers(machine, unneeded);
  return freed + (await rewriteSparse(machine, diskId, { maps, blockCount, sparse }));
}

/** Returns the bytes freed: what a retention lock keeps stays, and goes with a later compaction. */
async function removeLayers(machine: MachineFolder, layers: readonly ObjectFacts[]): Promise<number> {
  const { objects } = machine;
  const kept = await removeUnlocked(
    objects,
    layers.map(({ name }) => name),
  );
  return layers.reduce((sum, { name, sizeBytes }) => sum + (kept.names.has(name) ? 0 : sizeBytes), 0);
}

/** Keeps which segments are named by maps and not needed: what is missing and not on this list was lost. */
async function noteReleased(
  disk: DiskFolder,
  layers: readonly LayerReference[],
  needed: ReadonlySet<string>,
): Promise<void> {
  const ids = new Set(layers.filter(({ kind }) => kind === "map").map(({ id }) => id));
  const released = new Set<string>();
  for (const id of ids) {
    const reader = await LayerReader.open(disk, "map", id);
    await reader.close();
    for (const segment of reader.directory.segments) if (!needed.has(segment)) released.add(segment);
  }
  const list = new ReleasedSegments(disk);
  const before = await list.readIfSound();
  const isSame = before?.size === released.size && [...released].every((id) => before.has(id));
  if (!isSame) await list.write(released);
}

/** A damaged segment is left as it is: a point may need the part of it that can be read. */
async function isSparse(
  machine: MachineFolder,
  diskId: string,
  id: string,
  liveBytes: number,
): Promise<boolean> {
  if ((await machine.damage.read()).some((name) => name.startsWith(id))) return false;
  const reader = await openIfSound(machine, diskId, id);
  if (reader === undefined) return false;
  await reader.close();
  const recordBytes = reader.recordsEnd - headerBytes;
  return liveBytes < recordBytes * liveShareMin && recordBytes - liveBytes >= deadBytesMin;
}

async function openIfSound(
  machine: MachineFolder,
  diskId: string,
  id: string,
): Promise<LayerReader | undefined> {
  try {
    return await LayerReader.open(machine.disk(diskId), "segment", id);
  } catch (error) {
    if (hasCode(error, "Damaged")) return undefined;
    throw error;
  }
}

async function rewriteSparse(
  machine: MachineFolder,
  diskId: string,
  what: { maps: readonly (readonly LayerReference[])[]; blockCount: number; sparse: ReadonlySet<string> },
): Promise<number> {
  if (what.sparse.size === 0) return 0;
  const disk = machine.disk(diskId);
  const live = new Map<string, Map<number, number>>();
  for (const id of what.sparse) live.set(id, new Map());
  await visitLiveRecords(disk, what.maps, what.blockCount, (segment, offset, length) => {
    live.get(segment)?.set(offset, length);
  });
  let freed = 0;
  for (const [id, records] of live) {
    // It takes its own place: a locked one is left as it is until its lock has ended.
    const { objects } = machine;
    const isLocked = (await objects.lockedUntil(layerName(disk.name, "segment", id))) !== undefined;
    if (isLocked) continue;
    const reader = await LayerReader.open(disk, "segment", id);
    try {
      const { files, folder } = machine.spool;
      files.makeFolder(folder);
      const to = { files, path: path.join(folder, `${id}.segment`), storeId: disk.ring.storeId };
      const file = await rewriteSegment(reader, records, to);
      await machine.replaceLayer(layerName(disk.name, "segment", id), file, reader.tag);
      freed += reader.sizeBytes - file.sizeBytes;
    } finally {
      await reader.close();
    }
  }
  return freed;
}

import path from "node:path";
import { blockCountOf, blockSizeBytes } from "../../disks/disk.ts";
import { hasCode } from "../../errors.ts";
import { headerBytes } from "../layers/layer-format.ts";
import type { LayerReference } from "../layers/disk-map.ts";
import { type DiskFolder, LayerReader } from "../layers/layer-reader.ts";
import { ReleasedSegments } from "../layers/released-segments.ts";
import { layerFileName, parseLayerName } from "../layers/layer-name.ts";
import type { MachineFolder, StoredLayer } from "../machine-folder.ts";
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
 * Gives back the space of data that no recovery point needs: files without a reference are removed, of segments
 * with little left in them a copy is made, then they go. At any instant of it every recovery point can be read. The
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
  const sparse: StoredLayer[] = [];
  const unneeded: ObjectFacts[] = [];
  for (const [id, files] of Map.groupBy(await machine.layerFiles(diskId), (layer) => layer.id)) {
    if (!layerIds.has(id) && !liveBytes.has(id)) {
      unneeded.push(...files.map(({ object }) => object));
      continue;
    }
    const { newest, former } = await newestOf(machine, diskId, files);
    unneeded.push(...former.map(({ object }) => object));
    if (newest?.kind === "segment" && (await isSparse(machine, diskId, newest, liveBytes.get(id) ?? 0)))
      sparse.push(newest);
  }
  await machine.requireLock();
  const freed = await removeLayers(machine, unneeded);
  return freed + (await copySparse(machine, diskId, { maps, blockCount, sparse }));
}

/** The last copy, and those that it takes the place of: a process was killed before it had removed them, or a lock kept them. */
async function newestOf(
  machine: MachineFolder,
  diskId: string,
  files: readonly StoredLayer[],
): Promise<{ newest?: StoredLayer; former: readonly StoredLayer[] }> {
  const [newest, ...former] = files.toSorted((left, right) => right.copy - left.copy);
  if (newest === undefined || former.length === 0) return { ...(newest && { newest }), former };
  return (await isSound(machine, diskId, newest)) ? { newest, former } : { former: [] };
}

/** Returns the bytes freed: what a retention lock keeps stays, and goes with a later compaction. */
async function removeLayers(machine: MachineFolder, layers: readonly ObjectFacts[]): Promise<number> {
  // A driver may look only when it is asked, and what is gone has no size.
  const sizes = layers.map(({ name, sizeBytes }) => ({ name, sizeBytes }));
  const kept = await removeUnlocked(
    machine.objects,
    sizes.map(({ name }) => name),
  );
  return sizes.reduce((sum, { name, sizeBytes }) => sum + (kept.names.has(name) ? 0 : sizeBytes), 0);
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
  layer: StoredLayer,
  liveBytes: number,
): Promise<boolean> {
  // Its records are not all that it holds: what is not sparse beside all of it is not beside them, and is not opened.
  if (liveBytes >= layer.object.sizeBytes * liveShareMin) return false;
  if ((await machine.damage.read()).some((name) => parseLayerName(name)?.id === layer.id)) return false;
  const reader = await openIfSound(machine, diskId, layer);
  if (reader === undefined) return false;
  await reader.close();
  const recordBytes = reader.recordsEnd - headerBytes;
  return liveBytes < recordBytes * liveShareMin && recordBytes - liveBytes >= deadBytesMin;
}

async function isSound(machine: MachineFolder, diskId: string, layer: StoredLayer): Promise<boolean> {
  const isNoted = (await machine.damage.read()).includes(layerFileName(layer));
  const reader = isNoted ? undefined : await openIfSound(machine, diskId, layer);
  await reader?.close();
  return reader !== undefined;
}

async function openIfSound(
  machine: MachineFolder,
  diskId: string,
  layer: StoredLayer,
): Promise<LayerReader | undefined> {
  try {
    return await LayerReader.openCopy(machine.disk(diskId), layer);
  } catch (error) {
    if (hasCode(error, "Damaged")) return undefined;
    throw error;
  }
}

async function copySparse(
  machine: MachineFolder,
  diskId: string,
  what: { maps: readonly (readonly LayerReference[])[]; blockCount: number; sparse: readonly StoredLayer[] },
): Promise<number> {
  // A copy beside what may not be removed would only cost space.
  if (what.sparse.length === 0 || !machine.objects.traits.mayRemove) return 0;
  const disk = machine.disk(diskId);
  const live = new Map<string, Map<number, number>>();
  for (const { id } of what.sparse) live.set(id, new Map());
  await visitLiveRecords(disk, what.maps, what.blockCount, (segment, offset, length) => {
    live.get(segment)?.set(offset, length);
  });
  let freed = 0;
  for (const layer of what.sparse) {
    // A copy beside what a lock keeps would cost space, and free none before the lock has ended.
    if ((await machine.objects.lockedUntil(layer.object.name)) !== undefined) continue;
    const reader = await LayerReader.openCopy(disk, layer);
    try {
      const { files, folder } = machine.spool;
      files.makeFolder(folder);
      const copy = { ...layer, copy: layer.copy + 1 };
      const to = { files, path: path.join(folder, layerFileName(copy)), storeId: disk.ring.storeId };
      const file = await rewriteSegment(reader, live.get(layer.id)!, to);
      await machine.putCopy(diskId, copy, file);
      await machine.requireLock();
      freed += (await removeLayers(machine, [layer.object])) - file.sizeBytes;
    } finally {
      await reader.close();
    }
  }
  return freed;
}

import { scheduler } from "node:timers/promises";
import { blockCountOf } from "../../disks/disk.ts";
import { hasCode } from "../../errors.ts";
import { DiskMap, windowBlocks } from "../layers/disk-map.ts";
import { LayerReader } from "../layers/layer-reader.ts";
import { ReleasedSegments } from "../layers/released-segments.ts";
import { layerName } from "../layers/layer-name.ts";
import type { LayerKind } from "../layers/layer-format.ts";
import type { MachineFolder, Release, StoredLayer } from "../machine-folder.ts";
import { pointIdOf } from "../point-name.ts";
import type { RecoveryPoint, RecoveryPointDisk } from "../recovery-point.ts";
import type { VerifyFinding, VerifyOptions } from "../replica-store.ts";
import { isInSample } from "./sample.ts";
import { damageOf, type LayerHealth, verifyLayer } from "./verify-layer.ts";

export interface MachineCheck {
  readonly findings: readonly VerifyFinding[];
  /** Recovery points that there should be, sound or not. */
  readonly pointCount: number;
}

interface DiskCheck {
  readonly machine: MachineFolder;
  readonly diskId: string;
  /** Ids of the layer files that are there. */
  readonly present: Set<string>;
  /** The health of those with something wrong, by id. */
  readonly health: Map<string, FileHealth>;
}

export interface MachineVerification extends Pick<VerifyOptions, "signal" | "sample"> {
  /** Disks that the machine should have. */
  readonly diskIds: readonly string[];
  /** Called after each object with the bytes of a layer file. */
  readonly onRead: (bytesRead: number) => void;
}

type FileHealth = LayerHealth & { readonly path: string };

const missing = "it is missing";

type Hurt = Map<string, { message: string; pointIds: Set<string> }>;

/**
 * Reads all that is stored of a machine, and reports the layer bytes of each object read. Its points are pinned
 * meanwhile, so that nothing is dropped.
 */
export async function verifyMachine(
  machine: MachineFolder,
  { diskIds: knownDiskIds, onRead, signal, sample }: MachineVerification,
): Promise<MachineCheck> {
  const hurt: Hurt = new Map();
  const names = await machine.points.names();
  const unpin: Release[] = [];
  for (const name of names) unpin.push(await machine.pin(pointIdOf(name)));
  let pointCount = 0;
  onRead(0);
  try {
    const points = await readPoints(machine, hurt);
    for (const _point of points) onRead(0);
    const diskIds = new Set([
      ...knownDiskIds,
      ...points.flatMap(({ disks }) => disks.map((disk) => disk.diskId)),
    ]);
    await noteForeignDisks(machine, diskIds, points, hurt);
    for (const diskId of diskIds) {
      const check: DiskCheck = { machine, diskId, present: new Set(), health: new Map() };
      for (const copies of Map.groupBy(await machine.layerFiles(diskId), ({ id }) => id).values()) {
        const damaged: FileHealth[] = [];
        for (const layer of copies) {
          signal?.throwIfAborted();
          if (sample !== undefined && !isInSample(layer.id, sample)) {
            check.present.add(layer.id);
            continue;
          }
          const { bytesRead, health } = await verifyFile(check, layer);
          if (health !== undefined) damaged.push(health);
          onRead(bytesRead);
          await scheduler.yield();
        }
        noteHealth(check, copies, damaged, hurt);
      }
      await checkReleased(machine, diskId, hurt);
      onRead(0);
      for (const point of points) await findHurt(check, point, hurt);
      for (const state of check.health.values()) note(hurt, state.path, state.message ?? missing);
    }
    pointCount = new Set([
      ...names.map(pointIdOf),
      ...[...hurt.values()].flatMap(({ pointIds }) => [...pointIds]),
    ]).size;
  } finally {
    for (const release of unpin) await release();
  }
  const findings = [...hurt].map(([objectPath, { message, pointIds }]) => ({
    machineId: machine.machineId,
    objectPath,
    message,
    pointIds: [...pointIds],
  }));
  return { findings, pointCount };
}

async function readPoints(machine: MachineFolder, hurt: Hurt): Promise<RecoveryPoint[]> {
  const { points } = machine;
  try {
    for (const name of await points.missingNames()) {
      note(hurt, points.pathOf(name), missing, pointIdOf(name));
    }
  } catch (error) {
    const isAbsent = hasCode(error, "NotFound");
    const isBegun = (await machine.isPrepared()) || (await points.names()).length > 0;
    if (isBegun || !isAbsent) note(hurt, points.rosterPath, isAbsent ? missing : damageOf(error));
  }
  for (const name of await points.leftNames()) {
    try {
      await points.read(name);
    } catch (error) {
      note(hurt, points.pathOf(name), damageOf(error));
    }
  }
  return points.all((error, name) => {
    note(hurt, points.pathOf(name), damageOf(error), pointIdOf(name));
  });
}

/** What is in `disks` and no disk's of this machine, such as copies of another machine's. */
async function noteForeignDisks(
  machine: MachineFolder,
  diskIds: ReadonlySet<string>,
  points: readonly RecoveryPoint[],
  hurt: Hurt,
): Promise<void> {
  // Before its first point only an engine that knows the machine can tell which disks it has.
  if (points.length === 0) return;
  const own = new Set([...diskIds].map((diskId) => machine.disk(diskId).name));
  for await (const { name } of machine.objects.list(`${machine.name}/disks/`)) {
    const disk = name.slice(0, name.lastIndexOf("/"));
    if (own.has(disk)) continue;
    note(hurt, machine.objects.placeOf(disk), "it is the folder of no disk of this machine");
  }
}

async function checkReleased(machine: MachineFolder, diskId: string, hurt: Hurt): Promise<void> {
  const list = new ReleasedSegments(machine.disk(diskId));
  try {
    await list.read();
  } catch (error) {
    note(hurt, list.path, damageOf(error));
  }
}

/** Keeps what is wrong with a layer: nothing while one of its copies is sound, but the damage is a finding all the same. */
function noteHealth(
  check: DiskCheck,
  copies: readonly StoredLayer[],
  damaged: readonly FileHealth[],
  hurt: Hurt,
): void {
  const last = damaged.at(-1);
  if (last === undefined) return;
  if (damaged.length === copies.length) check.health.set(copies[0]!.id, last);
  else for (const { path, message } of damaged) note(hurt, path, message ?? missing);
}

/** Reads a layer file. Returns its size, and its health if something is wrong with it. */
async function verifyFile(
  check: DiskCheck,
  layer: StoredLayer,
): Promise<{ bytesRead: number; health?: FileHealth }> {
  const { objects } = check.machine;
  const path = objects.placeOf(layer.object.name);
  let reader: LayerReader;
  try {
    reader = await LayerReader.openCopy(check.machine.disk(check.diskId), layer);
    check.present.add(layer.id);
  } catch (error) {
    const message = damageOf(error);
    // A compaction may have removed a file that no point needs since the folder was listed.
    if ((await objects.facts(layer.object.name)) === undefined) return { bytesRead: 0 };
    check.present.add(layer.id);
    const nothing = { damagedOffsets: new Set<number>(), indexLost: true, unreadable: true };
    return { bytesRead: 0, health: { ...nothing, message, path } };
  }
  try {
    const found = await verifyLayer(reader);
    const health = found.message === undefined ? {} : { health: { ...found, path } };
    return { bytesRead: reader.sizeBytes, ...health };
  } finally {
    await reader.close();
  }
}

/** What messages call a layer file that is not there. */
function pathOfLayer({ machine, diskId }: DiskCheck, kind: LayerKind, id: string): string {
  const { objects, name } = machine.disk(diskId);
  return objects.placeOf(layerName(name, { id, kind, copy: 0 }));
}

/** Notes whether this point needs something that is damaged or missing. */
async function findHurt(check: DiskCheck, point: RecoveryPoint, hurt: Hurt): Promise<void> {
  const disk = point.disks.find((candidate) => candidate.diskId === check.diskId);
  if (disk === undefined) return;
  let isReadable = true;
  for (const { kind, id } of disk.layers) {
    const state = check.health.get(id);
    if (!check.present.has(id)) note(hurt, pathOfLayer(check, kind, id), missing, point.id);
    else if (state?.indexLost === true) note(hurt, state.path, state.message!, point.id);
    else continue;
    isReadable = false;
  }
  if (isReadable) await findLostRecords(check, point, disk, hurt);
}

async function findLostRecords(
  check: DiskCheck,
  point: RecoveryPoint,
  disk: RecoveryPointDisk,
  hurt: Hurt,
): Promise<void> {
  const map = await DiskMap.open(check.machine.disk(check.diskId), disk.layers);
  try {
    const isSound = (id: string): boolean => check.present.has(id) && !check.health.has(id);
    if (map.referencedSegments().every(isSound)) return;
    const end = blockCountOf(disk.sizeBytes);
    let next = await map.nextCovered(0);
    for (; next !== undefined && next < end; next = await map.nextCovered(next + windowBlocks)) {
      const first = next;
      const window = await map.window(first, Math.min(windowBlocks, end - first));
      for (const [position, number] of window.segment.entries()) {
        if (number < 0) continue;
        const segment = map.segments[number]!;
        const state = check.health.get(segment);
        if (!check.present.has(segment))
          note(hurt, pathOfLayer(check, "segment", segment), missing, point.id);
        else if (state?.unreadable === true || state?.damagedOffsets.has(window.offset[position]!) === true) {
          note(hurt, state.path, state.message!, point.id);
        }
      }
    }
  } finally {
    await map.close();
  }
}

function note(hurt: Hurt, objectPath: string, message: string, pointId?: string): void {
  const known = hurt.get(objectPath) ?? { message, pointIds: new Set<string>() };
  if (pointId !== undefined) known.pointIds.add(pointId);
  hurt.set(objectPath, known);
}

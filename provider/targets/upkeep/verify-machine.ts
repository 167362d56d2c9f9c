import path from "node:path";
import { scheduler } from "node:timers/promises";
import { blockCountOf } from "../../disks/disk.ts";
import { hasCode } from "../../errors.ts";
import { DiskMap, windowBlocks } from "../layers/disk-map.ts";
import { LayerReader } from "../layers/layer-reader.ts";
import { ReleasedSegments } from "../layers/released-segments.ts";
import { layerPath } from "../layers/layer-writer.ts";
import type { LayerKind } from "../layers/layer-format.ts";
import type { MachineFolder } from "../machine-folder.ts";
import { pointIdOf } from "../point-folder.ts";
import type { RecoveryPoint, RecoveryPointDisk } from "../recovery-point.ts";
import type { VerifyFinding } from "../replica-store.ts";
import { damageOf, type LayerHealth, verifyLayer } from "./verify-layer.ts";

export interface MachineCheck {
  readonly findings: readonly VerifyFinding[];
  /** Recovery points that there should be, sound or not. */
  readonly pointCount: number;
}

interface DiskCheck {
  readonly machine: MachineFolder;
  readonly diskId: string;
  readonly folder: string;
  /** Ids of the layer files that are there. */
  readonly present: Set<string>;
  /** The health of those with something wrong. */
  readonly health: Map<string, LayerHealth & { readonly path: string }>;
}

const missing = "it is missing";

type Hurt = Map<string, { message: string; pointIds: Set<string> }>;

/**
 * Reads all that is stored of a machine, and reports the layer bytes of each object read. Its points are pinned
 * meanwhile, so that nothing is dropped.
 */
export async function verifyMachine(
  machine: MachineFolder,
  knownDiskIds: readonly string[],
  onRead: (bytesRead: number) => void,
  signal?: AbortSignal,
): Promise<MachineCheck> {
  const hurt: Hurt = new Map();
  const names = machine.points.names();
  const unpin = names.map((name) => machine.pin(pointIdOf(name)));
  let pointCount = 0;
  onRead(0);
  try {
    const points = readPoints(machine, hurt);
    for (const _point of points) onRead(0);
    const diskIds = new Set([
      ...knownDiskIds,
      ...points.flatMap(({ disks }) => disks.map((disk) => disk.diskId)),
    ]);
    noteForeignDisks(machine, diskIds, points, hurt);
    for (const diskId of diskIds) {
      const { folder } = machine.disk(diskId);
      const check: DiskCheck = { machine, diskId, folder, present: new Set(), health: new Map() };
      for (const { kind, id } of machine.layerFiles(diskId)) {
        signal?.throwIfAborted();
        onRead(verifyFile(check, kind, id));
        await scheduler.yield();
      }
      checkReleased(machine, diskId, hurt);
      onRead(0);
      for (const point of points) findHurt(check, point, hurt);
      for (const state of check.health.values()) note(hurt, state.path, state.message ?? missing);
    }
    pointCount = new Set([
      ...names.map(pointIdOf),
      ...[...hurt.values()].flatMap(({ pointIds }) => [...pointIds]),
    ]).size;
  } finally {
    for (const release of unpin) release();
  }
  const findings = [...hurt].map(([objectPath, { message, pointIds }]) => ({
    machineId: machine.machineId,
    objectPath,
    message,
    pointIds: [...pointIds],
  }));
  return { findings, pointCount };
}

function readPoints(machine: MachineFolder, hurt: Hurt): RecoveryPoint[] {
  const { points } = machine;
  try {
    for (const name of points.missingNames()) {
      note(hurt, path.join(points.folder, name), missing, pointIdOf(name));
    }
  } catch (error) {
    const isAbsent = hasCode(error, "NotFound");
    const isBegun = machine.isPrepared || points.names().length > 0;
    if (isBegun || !isAbsent) note(hurt, points.rosterPath, isAbsent ? missing : damageOf(error));
  }
  for (const name of points.leftNames()) {
    try {
      points.read(name);
    } catch (error) {
      note(hurt, path.join(points.folder, name), damageOf(error));
    }
  }
  return points.all((error, name) => {
    note(hurt, path.join(points.folder, name), damageOf(error), pointIdOf(name));
  });
}

/** Folders in `disks` that are no disk's of this machine, such as copies of another machine's. */
function noteForeignDisks(
  machine: MachineFolder,
  diskIds: ReadonlySet<string>,
  points: readonly RecoveryPoint[],
  hurt: Hurt,
): void {
  // Before its first point only an engine that knows the machine can tell which disks it has.
  if (points.length === 0) return;
  const own = new Set([...diskIds].map((diskId) => path.basename(machine.disk(diskId).folder)));
  const folder = path.join(machine.folder, "disks");
  for (const name of machine.files.list(folder)) {
    if (!own.has(name)) note(hurt, path.join(folder, name), "it is the folder of no disk of this machine");
  }
}

function checkReleased(machine: MachineFolder, diskId: string, hurt: Hurt): void {
  const list = new ReleasedSegments(machine.disk(diskId));
  try {
    list.read();
  } catch (error) {
    note(hurt, list.path, damageOf(error));
  }
}

/** Checks a layer file, keeps its health when something is wrong with it, and returns its size. */
function verifyFile(check: DiskCheck, kind: LayerKind, id: string): number {
  const filePath = layerPath(check.folder, kind, id);
  check.present.add(id);
  let reader: LayerReader;
  try {
    reader = new LayerReader(check.machine.disk(check.diskId), kind, id);
  } catch (error) {
    const message = damageOf(error);
    // A compaction may have removed a file that no point needs since the folder was listed.
    if (!check.machine.files.exists(filePath)) check.present.delete(id);
    else {
      const nothing = { damagedOffsets: new Set<number>(), indexLost: true, unreadable: true };
      check.health.set(id, { ...nothing, message, path: filePath });
    }
    return 0;
  }
  try {
    const found = verifyLayer(reader);
    if (found.message !== undefined) check.health.set(id, { ...found, path: filePath });
    return reader.sizeBytes;
  } finally {
    reader.close();
  }
}

/** Notes whether this point needs something that is damaged or missing. */
function findHurt(check: DiskCheck, point: RecoveryPoint, hurt: Hurt): void {
  const disk = point.disks.find((candidate) => candidate.diskId === check.diskId);
  if (disk === undefined) return;
  let isReadable = true;
  for (const { kind, id } of disk.layers) {
    const layerFile = layerPath(check.folder, kind, id);
    const state = check.health.get(id);
    if (!check.present.has(id)) note(hurt, layerFile, missing, point.id);
    else if (state?.indexLost === true) note(hurt, layerFile, state.message!, point.id);
    else continue;
    isReadable = false;
  }
  if (isReadable) findLostRecords(check, point, disk, hurt);
}

function findLostRecords(check: DiskCheck, point: RecoveryPoint, disk: RecoveryPointDisk, hurt: Hurt): void {
  const map = new DiskMap(check.machine.disk(check.diskId), disk.layers);
  try {
    const isSound = (id: string): boolean => check.present.has(id) && !check.health.has(id);
    if (map.referencedSegments().every(isSound)) return;
    const end = blockCountOf(disk.sizeBytes);
    let next = map.nextCovered(0);
    for (; next !== undefined && next < end; next = map.nextCovered(next + windowBlocks)) {
      const first = next;
      const window = map.window(first, Math.min(windowBlocks, end - first));
      for (const [position, number] of window.segment.entries()) {
        if (number < 0) continue;
        const segment = map.segments[number]!;
        const segmentFile = layerPath(check.folder, "segment", segment);
        const state = check.health.get(segment);
        if (!check.present.has(segment)) note(hurt, segmentFile, missing, point.id);
        else if (state?.unreadable === true || state?.damagedOffsets.has(window.offset[position]!) === true) {
          note(hurt, segmentFile, state.message!, point.id);
        }
      }
    }
  } finally {
    map.close();
  }
}

function note(hurt: Hurt, objectPath: string, message: string, pointId?: string): void {
  const known = hurt.get(objectPath) ?? { message, pointIds: new Set<string>() };
  if (pointId !== undefined) known.pointIds.add(pointId);
  hurt.set(objectPath, known);
}

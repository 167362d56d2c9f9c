/** Whether a recovery point can be read, and whether its disks have room where they are to be made. */
import path from "node:path";
import { blockCountOf, blockSizeBytes } from "../../disks/disk.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { formatBytes } from "../../format-bytes.ts";
import { brokenPointsOf } from "../../replica/broken-layers.ts";
import { DiskMap, windowBlocks } from "../../replica/layers/disk-map.ts";
import type { RecoveryPoint, RecoveryPointDisk, ReplicaStore } from "../../replica/replica-store.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { NeededRoom } from "../job/foresight.ts";
import type { ItemDisk } from "../../model/item.ts";
import { brokenText } from "../replication/replica-doubt.ts";
import { said } from "../../message.ts";
import { allocatedBytes } from "./unsent-changes.ts";

/** How many blocks hold data: counted in the maps, which reads no data. */
async function dataBlocks(
  store: ReplicaStore,
  point: RecoveryPoint,
  disk: RecoveryPointDisk,
): Promise<number> {
  const machine = await store.machine(point.machineId);
  const map = await DiskMap.open(machine.disk(disk.diskId), disk.layers);
  const count = blockCountOf(disk.sizeBytes);
  let found = 0;
  try {
    for (let first = await map.nextCovered(0); first !== undefined && first < count;) {
      const length = Math.min(windowBlocks, count - first);
      const { segment } = await map.window(first, length);
      for (const number of segment) if (number >= 0) found += 1;
      first = await map.nextCovered(first + length);
    }
    return found;
  } finally {
    await map.close();
  }
}

/** Throws `Damaged` or `TargetUnreachable` if layers of a point are missing. */
export async function requireReadable(store: ReplicaStore, point: RecoveryPoint): Promise<void> {
  try {
    const broken = (await brokenPointsOf(await store.machine(point.machineId), [point])).get(point.id);
    if (broken === undefined) return;
    const message = said`The recovery point ${point.id} cannot be restored: ${brokenText(broken)}. Choose another one
        (\`siterecovery recovery-points\`).`;
    throw new SiteRecoveryError("Damaged", message, { target: point.id, property: "recoveryPoint" });
  } catch (error) {
    throw await store.explain(error);
  }
}

/** Bytes that a point's disks take when they are written out, at least; holes take none. */
async function writtenBytes(store: ReplicaStore, point: RecoveryPoint, enough: number): Promise<number> {
  const most = point.disks.reduce((sum, { layers, sizeBytes }) => {
    const entries = layers.reduce((count, { entryCount }) => count + entryCount, 0);
    return sum + Math.min(sizeBytes, entries * blockSizeBytes);
  }, 0);
  // Counting exactly reads all maps: it is done only when it matters.
  if (most <= enough) return most;
  let exact = 0;
  for (const disk of point.disks) exact += (await dataBlocks(store, point, disk)) * blockSizeBytes;
  return Math.min(most, exact);
}

/** The room that a point's disks take in a folder. */
export function roomOf(store: ReplicaStore, point: RecoveryPoint, folder: string): NeededRoom {
  return { folder, bytes: (enough) => writtenBytes(store, point, enough) };
}

/**
 * The room that a machine's images take in addition when they are made equal to a point, at least: where the point has
 * data and an image a hole is not looked at.
 */
export function growthOf(
  parts: EngineParts,
  { store, point }: { store: ReplicaStore; point: RecoveryPoint },
  { folder, disks }: { folder: string; disks: readonly ItemDisk[] },
): NeededRoom {
  const allocated = allocatedBytes(
    parts,
    disks.map(({ file }) => path.join(folder, file)),
  );
  return {
    folder,
    bytes: async (enough) => Math.max(0, (await writtenBytes(store, point, enough + allocated)) - allocated),
  };
}

/** Throws `DiskFull` if what is to be made does not fit where it is made. */
export async function requireRooms({ files }: EngineParts, rooms: readonly NeededRoom[]): Promise<void> {
  for (const room of rooms) await requireRoom(room.folder, files.freeBytes(room.folder), [room]);
  const parentOf = ({ folder }: NeededRoom): string => path.dirname(folder);
  for (const parent of new Set(rooms.map(parentOf))) {
    const free = files.freeBytes(parent);
    // A machine's folder may be a file system of its own.
    const isHere = (room: NeededRoom): boolean =>
      parentOf(room) === parent && files.freeBytes(room.folder) === free;
    await requireRoom(parent, free, rooms.filter(isHere));
  }
}

async function requireRoom(folder: string, free: number, rooms: readonly NeededRoom[]): Promise<void> {
  const sum = async (enough: number): Promise<number> => {
    let total = 0;
    for (const room of rooms) total += await room.bytes(enough);
    return total;
  };
  if ((await sum(free)) <= free) return;
  const needed = await sum(0);
  if (needed <= free) return;
  const machines = rooms.length === 1 ? "the machine" : `${rooms.length} machines`;
  const message = said`There is no room in ${folder} for the disks of ${machines}: they take ${formatBytes(needed)}, and
      ${formatBytes(free)} are free. Free some space and run again.`;
  throw new SiteRecoveryError("DiskFull", message, { target: folder });
}

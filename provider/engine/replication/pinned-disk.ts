import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { DiskMap } from "../../replica/layers/disk-map.ts";
import type { DiskFolder } from "../../replica/layers/layer-reader.ts";
import { noSuchPoint, type RecoveryPointDisk } from "../../replica/recovery-point.ts";
import type { ReplicaStore } from "../../replica/replica-store.ts";

/** A disk of a recovery point, opened for reading. */
export interface PinnedDisk {
  readonly disk: RecoveryPointDisk;
  readonly folder: DiskFolder;
  readonly map: DiskMap;
  /** From then on the point may be dropped. */
  close(): Promise<void>;
}

/** Opens a disk of a recovery point and keeps the point from being dropped until `close`. Throws `NotFound`. */
export async function openPinnedDisk(options: {
  store: ReplicaStore;
  /** What the store calls the point's machine. Without it the point is looked for in all machines. */
  machineId?: string | undefined;
  pointId: string;
  diskId: string;
}): Promise<PinnedDisk> {
  const { store, pointId, diskId } = options;
  const machine = await store.machine(options.machineId ?? (await store.findPoint(pointId)).machineId);
  const unpin = await machine.pin(pointId);
  try {
    // Looked up under the pin: before, it may be dropped.
    const point = await machine.points.find(pointId);
    if (point === undefined) throw noSuchPoint(store.place, pointId);
    const disk = point.disks.find((candidate) => candidate.diskId === diskId);
    if (disk === undefined) {
      const message = said`Recovery point ${pointId} has no disk ${diskId}.`;
      throw new SiteRecoveryError("NotFound", message, { target: pointId, property: "diskId" });
    }
    const folder = machine.disk(diskId);
    const map = await DiskMap.open(folder, disk.layers);
    const close = async (): Promise<void> => {
      try {
        await map.close();
      } finally {
        await unpin();
      }
    };
    return { disk, folder, map, close };
  } catch (error) {
    await unpin();
    throw await store.explain(error);
  }
}

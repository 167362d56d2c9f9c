import { parseLayerName } from "../../replica/layers/layer-name.ts";
import path from "node:path";
import { hasCode } from "../../errors.ts";
import { brokenLayersOf } from "../../replica/broken-layers.ts";
import type { MachineFolder } from "../../replica/machine-folder.ts";
import type { RecoveryPoint, RecoveryPointDisk } from "../../replica/recovery-point.ts";
import { openPipeline, type Pipeline } from "../process-server/pipeline.ts";
import { copyWholeDisk } from "./copy-whole-disk.ts";
import { type SnapshotCopy, type CycleResult, type DiskTask, copySnapshot } from "./copy-snapshot.ts";
import { threadsFor } from "./threads-for.ts";

export interface ResyncOptions extends SnapshotCopy {
  /** Paths of damaged objects: what they hold is sent again, as is what the last verification has noted. */
  readonly distrust?: Iterable<string>;
}

/**
 * Compares checksums of the whole source with those of the newest recovery point and sends only what differs
 * [HW-4c]. It repairs a replica as well: a lost map is made again from the segments, and data in damaged
 * objects is replaced. Disks that were added, removed or resized since are taken as they are now.
 *
 * An initial copy [V2A-2, HW-2a] is a resync with an empty replica. One that was killed or failed resumes when this is
 * called again: what the target has in finished segments, or in a recovery point whose news never arrived, is not sent
 * again if the source still has the same bytes.
 */
export async function resync(options: ResyncOptions): Promise<CycleResult> {
  const sizeBytes = options.snapshot.disks.reduce((sum, disk) => sum + disk.sizeBytes, 0);
  const pipeline = openPipeline(options.store, threadsFor(options.store, sizeBytes));
  try {
    return await copySnapshot({ ...options, takesOver: true }, latestReadable, async (task) =>
      resyncDisk(task, pipeline, await distrustedIn(options, task.machine)),
    );
  } finally {
    await pipeline.close();
  }
}

/** Ids of layers whose data is sent again. Read within the cycle: one that fails here gives its snapshot up. */
async function distrustedIn(
  { distrust }: ResyncOptions,
  machine: MachineFolder,
): Promise<ReadonlySet<string>> {
  const damaged = [...(distrust ?? []), ...(await machine.damage.read())];
  return new Set(damaged.map((objectPath) => parseLayerName(objectPath)?.id ?? path.parse(objectPath).name));
}

async function resyncDisk(
  task: DiskTask,
  pipeline: Pipeline,
  distrusted: ReadonlySet<string>,
): Promise<RecoveryPointDisk> {
  const { previous } = task;
  const way = task.transfer.through(pipeline);
  const broken = previous === undefined ? [] : await brokenLayersOf(task.machine, previous);
  const pass = { distrusted: new Set([...distrusted, ...broken.map(({ id }) => id)]) };
  // After a disk has shrunk, old layers would say something of blocks that may come back one day; and layers that
  // name missing files would leave a point that cannot be restored.
  const fresh = previous === undefined || previous.sizeBytes > task.snapshot.sizeBytes || broken.length > 0;
  try {
    return await copyWholeDisk(task, way, { ...pass, fresh });
  } catch (error) {
    if (previous === undefined || !isDamage(error)) throw error;
    // The previous map is lost. Its segments are still there and are found by their own index.
    return copyWholeDisk({ ...task, previous: undefined }, way, { ...pass, fresh: true });
  }
}

async function latestReadable(machine: MachineFolder): Promise<RecoveryPoint | undefined> {
  try {
    return await machine.points.latest();
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

function isDamage(error: unknown): boolean {
  return hasCode(error, "Damaged");
}

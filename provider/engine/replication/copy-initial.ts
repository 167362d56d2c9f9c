import { openPipeline } from "../process-server/pipeline.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { copyWholeDisk } from "./copy-whole-disk.ts";
import { type CycleOptions, type CycleResult, runCycle } from "./cycle.ts";
import { threadsFor } from "./threads-for.ts";

/**
 * The first full copy of a machine, its disks one by one under a snapshot [V2A-2, HW-2a]. A copy that was
 * killed or failed is gone on with by calling this again: what its finished segments hold is not sent again
 * where the source still has the same bytes. Throws `AlreadyExists` when the machine has a recovery point.
 */
export async function copyInitial(options: CycleOptions): Promise<CycleResult> {
  const sizeBytes = options.snapshot.disks.reduce((sum, disk) => sum + disk.sizeBytes, 0);
  const pipeline = openPipeline(options.store.files, threadsFor(options.store, sizeBytes));
  try {
    return await runCycle(
      options,
      (machine) => {
        if (machine.points.names().length === 0) return undefined;
        const message = `Machine ${machine.machineId} has its initial copy already. Send a delta, or run a resync.`;
        throw new SiteRecoveryError("AlreadyExists", message, { target: machine.machineId });
      },
      (task) => copyWholeDisk(task, pipeline, { fresh: true, distrusted: new Set() }),
    );
  } finally {
    await pipeline.close();
  }
}

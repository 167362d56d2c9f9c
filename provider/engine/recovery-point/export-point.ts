/** Writes a disk of a recovery point to a file of the user's, without touching machine or replica. */
import type { EngineParts } from "../engine-parts.ts";
import { chooseRecoveryPoint } from "../failover/choose-recovery-point.ts";
import type { Progress } from "../job/job-definition.ts";
import { requireItem } from "../job/run-job.ts";
import { onlyDisk } from "../protected-item/only-disk.ts";
import { relationshipOf } from "../protected-item/relationship.ts";
import { copyProgress } from "../replication-cycle/report-progress.ts";
import { restoreDisk } from "../replication/restore-disk.ts";

export interface ExportOptions {
  readonly itemId: string;
  /** `latest`, `latestApplicationConsistent`, or a recovery point's name. */
  readonly recoveryPoint: string;
  /** Needed only when the machine has more than one disk. */
  readonly diskId?: string;
  readonly toPath: string;
  /** Replace a file that is there already. Default false. */
  readonly overwrite?: boolean;
}

export async function exportPoint(
  parts: EngineParts,
  options: ExportOptions,
  progress: Progress,
): Promise<{ bytesWritten: number; pointId: string }> {
  const item = requireItem(parts, options.itemId);
  const diskId = onlyDisk(item, options.diskId);
  const point = await chooseRecoveryPoint(parts, item, options.recoveryPoint);
  const result = await restoreDisk({
    store: await parts.replicaStoreOf(relationshipOf(item).replicaStoreId),
    pointId: point.id,
    diskId,
    toPath: options.toPath,
    overwrite: options.overwrite ?? false,
    onProgress: copyProgress(parts.clock, progress, "export"),
    ...(progress.signal ? { signal: progress.signal } : {}),
  });
  return { bytesWritten: result.bytesWritten, pointId: point.id };
}

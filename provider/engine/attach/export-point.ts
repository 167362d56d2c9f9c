/** Writes a disk of a recovery point to a file of the user's, without touching machine or replica. */
import { hasCode, SiteRecoveryError } from "../../errors.ts";
import type { ImageFormat } from "../../images/image-format.ts";
import type { EngineParts } from "../engine-parts.ts";
import { chooseRecoveryPoint } from "../recovery-point/choose-recovery-point.ts";
import { doubtOfReplica } from "../failover/foresee-failover.ts";
import type { Progress } from "../../progress.ts";
import { requireItem } from "../protected-item/require-item.ts";
import { onlyDisk } from "../../model/item.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { copyProgress } from "../job/report-progress.ts";
import { restoreDisk } from "../replication/restore-disk.ts";
import { said } from "../../message.ts";

export interface ExportOptions {
  readonly itemId: string;
  /** `latest`, `latestApplicationConsistent`, or a recovery point's name. */
  readonly recoveryPoint: string;
  /** Needed only when the machine has more than one disk. */
  readonly diskId?: string;
  readonly toPath: string;
  /** Default: raw. */
  readonly format?: ImageFormat;
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
  const { toPath } = options;
  const doubt = await doubtOfReplica(parts, item);
  if (doubt) progress.report(`warning: ${doubt.text}`);
  const restore = restoreDisk({
    store: await parts.replicaStoreOf(relationshipOf(item).replicaStoreId),
    machineId: point.machineId,
    pointId: point.id,
    diskId,
    toPath,
    overwrite: options.overwrite ?? false,
    ...(options.format === undefined ? {} : { format: options.format }),
    onProgress: copyProgress(parts.clock, progress, "export"),
    ...(progress.signal ? { signal: progress.signal } : {}),
  });
  const result = await restore.catch((error: unknown) => {
    if (!hasCode(error, "Cancelled")) throw error;
    // An image is there as a whole or not at all.
    const message = said`The export was cancelled, and nothing is left of it at ${toPath}. Start it again.`;
    throw new SiteRecoveryError("Cancelled", message, { target: toPath, cause: error });
  });
  return { bytesWritten: result.bytesWritten, pointId: point.id };
}

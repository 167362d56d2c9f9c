/** A look at the source's disks between two cycles: some calls of `stat` and the change logs, never the disks' bytes. */
import { readChangeState } from "../../disks/read-change-state.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { RecoveryPoint } from "../../targets/recovery-point.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../protected-item/item.ts";
import { seedsOf } from "../protected-item/relationship.ts";
import { diskDoubt, lineagesOf, reasonDoubt, type SourceDoubt } from "../replication/source-doubt.ts";
import type { CycleDisk } from "./run-cycle.ts";
import { sourceDisks } from "./source-disks.ts";

/**
 * Why the changes of the source's disks cannot be added to `newest`, the newest recovery point; empty if they can, or
 * if the source cannot be read. Without a point only the disks' own logs are asked.
 */
export function lookAtSource(
  parts: EngineParts,
  item: ProtectedItem,
  newest: RecoveryPoint | undefined,
): SourceDoubt[] {
  const base = newest && { pointId: newest.id, lineages: lineagesOf(newest) };
  const doubtOf = ({ diskId, path }: CycleDisk): SourceDoubt | undefined => {
    const state = readChangeState(path, { files: parts.files, clock: parts.clock });
    const isInPoint = newest?.disks.some((disk) => disk.diskId === diskId) === true;
    return base !== undefined && isInPoint
      ? diskDoubt(base, diskId, state, seedsOf(item.details))
      : reasonDoubt(diskId, state.resyncReasons);
  };
  try {
    return sourceDisks(parts, item).flatMap((disk) => doubtOf(disk) ?? []);
  } catch (error) {
    // A cycle that meets the same error reports it.
    if (error instanceof SiteRecoveryError) return [];
    throw error;
  }
}

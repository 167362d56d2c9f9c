/** A look at the source's disks between two cycles: some calls of `stat` and the change logs, never the disks' bytes. */
import { nameOf } from "../../arm-id.ts";
import { readChangeState } from "../../disks/read-change-state.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { RecoveryPoint } from "../../targets/recovery-point.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachineOf } from "../inventory/find-machine.ts";
import { withTodaysDisks } from "../protected-item/hardware.ts";
import type { ProtectedItem } from "../protected-item/item.ts";
import { seedsOf } from "../protected-item/relationship.ts";
import { diskDoubt, lineagesOf, reasonDoubt, type SourceDoubt } from "../replication/source-doubt.ts";
import { acceptShrunk, shrunkTexts } from "../replication/shrunk-disk.ts";
import type { CycleDisk } from "./run-cycle.ts";
import { sourceDisks } from "./source-disks.ts";

/** The machine or a disk cannot be read, or a disk became smaller. */
export interface SourceObstacle {
  readonly code: "MachineUnreadable" | "DiskShrunk";
  /** For people, without a full stop. */
  readonly text: string;
}

/** What a look found. */
export interface SourceLook {
  /** Why the changes of the disks cannot be added to the newest recovery point; empty if they can. */
  readonly doubts: readonly SourceDoubt[];
  /** Why no cycle can run, though the machine is in its place. */
  readonly obstacle?: SourceObstacle;
}

/** Whether the machine is in its place; if it is not, the notes on where machines are say so. */
function isInPlace(parts: EngineParts, item: ProtectedItem): boolean {
  if (item.details.reverse) {
    const { recoveryMachine } = item.details;
    return recoveryMachine !== undefined && parts.machines.exists(recoveryMachine.folder);
  }
  return findMachineOf(parts, item).answer === "found";
}

/**
 * Looks at the disks of the side that an item's machine runs at. `newest` is the newest recovery point: without one,
 * only the disks' own logs are asked.
 */
export function lookAtSource(
  parts: EngineParts,
  item: ProtectedItem,
  newest: RecoveryPoint | undefined,
): SourceLook {
  const base = newest && { pointId: newest.id, lineages: lineagesOf(newest) };
  const doubtOf = ({ diskId, path }: CycleDisk): SourceDoubt | undefined => {
    const state = readChangeState(path, { files: parts.files, clock: parts.clock });
    const isInPoint = newest?.disks.some((disk) => disk.diskId === diskId) === true;
    return base !== undefined && isInPoint
      ? diskDoubt(base, diskId, state, seedsOf(item.details))
      : reasonDoubt(diskId, state.resyncReasons);
  };
  try {
    if (!isInPlace(parts, item)) return { doubts: [] };
    const disks = sourceDisks(parts, withTodaysDisks(parts, item));
    const obstacle = newest && shrunkObstacle(parts, item, newest, disks);
    return obstacle ? { doubts: [], obstacle } : { doubts: disks.flatMap((disk) => doubtOf(disk) ?? []) };
  } catch (error) {
    if (!(error instanceof SiteRecoveryError) || error.code === "Bug") throw error;
    const text = `its machine cannot be read, so that no cycle can run: ${error.message.replace(/\.$/, "")}`;
    return { doubts: [], obstacle: { code: "MachineUnreadable", text } };
  }
}

function shrunkObstacle(
  parts: EngineParts,
  { id }: ProtectedItem,
  newest: RecoveryPoint,
  disks: readonly CycleDisk[],
): SourceObstacle | undefined {
  const now = disks.map(({ diskId, path }) => ({ diskId, sizeBytes: parts.files.facts(path).sizeBytes }));
  const texts = shrunkTexts(newest.disks, now);
  if (texts.length === 0) return undefined;
  const text = `${texts.join("; ")}, so that no cycle runs: ${acceptShrunk(nameOf(id))}`;
  return { code: "DiskShrunk", text };
}

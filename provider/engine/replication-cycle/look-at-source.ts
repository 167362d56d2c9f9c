/** A look at the source's disks between two cycles: some calls of `stat` and the change logs, never the disks' bytes. */
import { nameOf } from "../../arm-id.ts";
import { isExpected } from "../../errors.ts";
import type { RecoveryPoint } from "../../replica/recovery-point.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireNoOtherProtector } from "../inventory/machine-protector.ts";
import { findMachineOf } from "../inventory/find-machine.ts";
import {
  acceptExchanged,
  type Exchanged,
  exchangedSources,
  exchangedText,
} from "../identity/exchanged-images.ts";
import { disksToday } from "../identity/hardware.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { seedsOf } from "../../model/relationship.ts";
import { diskDoubt, lineagesOf, reasonDoubt, type SourceDoubt } from "../replication/source-doubt.ts";
import { acceptShrunk, shrunkTexts } from "../replication/shrunk-disk.ts";
import { disksIn, recoveryDisks } from "./source-disks.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";

/** The machine or a disk cannot be read, a disk became smaller, or is another machine's. */
export interface SourceObstacle {
  readonly code: "MachineUnreadable" | "DiskShrunk" | "ImagesExchanged";
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

interface SizedDisk extends SourceDisk {
  readonly sizeBytes: number;
}

interface InPlace {
  readonly disks: readonly SizedDisk[];
  readonly obstacle?: SourceObstacle | undefined;
}

/** The disks of today; `undefined` if the machine is not in its place, which the notes on where machines are say. */
async function disksInPlace(parts: EngineParts, item: ProtectedItem): Promise<InPlace | undefined> {
  if (item.details.reverse) {
    const { recoveryMachine } = item.details;
    const isThere = recoveryMachine !== undefined && (await parts.machines.exists(recoveryMachine.folder));
    if (!isThere) return undefined;
    const disks = await recoveryDisks(parts, item);
    return { disks: disks.map((disk) => ({ ...disk, sizeBytes: parts.files.facts(disk.path).sizeBytes })) };
  }
  const lookup = await findMachineOf(parts, item);
  if (lookup.answer !== "found") return undefined;
  const { folder } = lookup.place;
  requireNoOtherProtector(parts, item.id, lookup.place);
  const today = disksToday(parts, item, await parts.machines.read(folder));
  const disks = disksIn(parts, folder, today);
  return {
    disks: disks.map((disk, index) => ({ ...disk, sizeBytes: today[index]!.sizeBytes })),
    obstacle: exchangedObstacle(item, exchangedSources(parts, item, { folder, disks: today })),
  };
}

/**
 * Looks at the disks of the side that an item's machine runs at. `newest` is the newest recovery point: without one,
 * only the disks' own logs are asked.
 */
export async function lookAtSource(
  parts: EngineParts,
  item: ProtectedItem,
  newest: RecoveryPoint | undefined,
): Promise<SourceLook> {
  const base = newest && { pointId: newest.id, lineages: lineagesOf(newest) };
  const doubtOf = async (disk: SourceDisk): Promise<SourceDoubt | undefined> => {
    const { diskId } = disk;
    const state = await parts.snapshots.stateOf(disk);
    const isInPoint = newest?.disks.some((disk) => disk.diskId === diskId) === true;
    return base !== undefined && isInPoint
      ? diskDoubt(base, diskId, state, seedsOf(item.details))
      : reasonDoubt(diskId, state.resyncReasons);
  };
  try {
    const found = await disksInPlace(parts, item);
    if (found === undefined) return { doubts: [] };
    const { disks } = found;
    const obstacle = found.obstacle ?? (newest && shrunkObstacle(item, newest, disks));
    return obstacle
      ? { doubts: [], obstacle }
      : { doubts: (await Array.fromAsync(disks, async (disk) => (await doubtOf(disk)) ?? [])).flat() };
  } catch (error) {
    if (!isExpected(error)) throw error;
    const text = `its machine cannot be read, so that no cycle can run: ${error.message.replace(/\.$/, "")}`;
    return { doubts: [], obstacle: { code: "MachineUnreadable", text } };
  }
}

function exchangedObstacle(
  { id }: ProtectedItem,
  exchanged: readonly Exchanged[],
): SourceObstacle | undefined {
  if (exchanged.length === 0) return undefined;
  const text = `images have changed their places, so that no cycle runs: ${exchangedText(exchanged)}${acceptExchanged(nameOf(id))}`;
  return { code: "ImagesExchanged", text };
}

function shrunkObstacle(
  { id }: ProtectedItem,
  newest: RecoveryPoint,
  disks: readonly SizedDisk[],
): SourceObstacle | undefined {
  const texts = shrunkTexts(newest.disks, disks);
  if (texts.length === 0) return undefined;
  const text = `${texts.join("; ")}, so that no cycle runs: ${acceptShrunk(nameOf(id))}`;
  return { code: "DiskShrunk", text };
}

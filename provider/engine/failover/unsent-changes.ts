/** Changes of a machine's disks that no recovery point has yet. */
import { blockSizeBytes } from "../../disks/disk.ts";
import { isExpected } from "../../errors.ts";
import { formatBytes } from "../../format-bytes.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { NeededRoom } from "../job/foresight.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { sourceDisks } from "../replication-cycle/source-disks.ts";
import { someInTurn } from "../../in-turn.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";

/** Whether disks have changes that were not sent, or may have. Throws if they cannot be read. */
export async function hasUnsentChanges(parts: EngineParts, disks: readonly SourceDisk[]): Promise<boolean> {
  return await someInTurn(disks, async (disk) => {
    const state = await parts.snapshots.stateOf(disk);
    return state.pendingBlocks > 0 || state.resyncRequired;
  });
}

/** Bytes that are allocated for images; those that are gone have none. */
export function allocatedBytes({ files }: EngineParts, images: readonly string[]): number {
  return images.reduce((sum, file) => {
    if (!files.exists(file)) return sum;
    const image = files.open(file, "read");
    try {
      return sum + image.size().allocatedBytes;
    } finally {
      image.close();
    }
  }, 0);
}

/** The most that disks may hold: what is allocated for their images, or their sizes where only the hypervisor knows. */
async function heldBy(parts: EngineParts, disks: readonly SourceDisk[]): Promise<number> {
  const isFile = ({ machine }: SourceDisk): boolean => parts.machines.holdsFiles(machine);
  let bytes = allocatedBytes(
    parts,
    disks.filter(isFile).map(({ path }) => path),
  );
  for (const { machine, diskId } of disks.filter((disk) => !isFile(disk))) {
    const { disks: all } = await parts.machines.read(machine);
    bytes += all.find(({ id }) => id === diskId)?.sizeBytes ?? 0;
  }
  return bytes;
}

/**
 * A room with what disks have not sent yet: all of it as growth, but no more than what the disks hold beyond `thereBytes`, which
 * are at the place already. Changes of a disk that needs a resync are not known, and count as all that it holds.
 */
export async function withUnsent(
  parts: EngineParts,
  room: NeededRoom,
  { disks, thereBytes = 0 }: { disks: readonly SourceDisk[]; thereBytes?: number },
): Promise<NeededRoom> {
  const heldBytes = await heldBy(parts, disks);
  const unsent = await Array.fromAsync(disks, async (disk) => {
    const { pendingBlocks, resyncRequired } = await parts.snapshots.stateOf(disk);
    return resyncRequired ? heldBytes : pendingBlocks * blockSizeBytes;
  });
  const unsentBytes = unsent.reduce((sum, bytes) => sum + bytes, 0);
  return {
    folder: room.folder,
    bytes: async (enough) => {
      const sent = await room.bytes(Math.max(0, enough - unsentBytes));
      return Math.max(sent, Math.min(sent + unsentBytes, heldBytes - thereBytes));
    },
  };
}

/** How much would stay behind, for people; `undefined` if it is nothing, or cannot be read. */
export async function unsentText(parts: EngineParts, item: ProtectedItem): Promise<string | undefined> {
  try {
    const states = await Array.fromAsync(await sourceDisks(parts, item), async (disk) =>
      parts.snapshots.stateOf(disk),
    );
    if (states.some(({ resyncRequired }) => resyncRequired))
      return "what it has changed since its newest recovery point is not known";
    const blocks = states.reduce((sum, { pendingBlocks }) => sum + pendingBlocks, 0);
    return blocks === 0
      ? undefined
      : `up to ${formatBytes(blocks * blockSizeBytes)} changed since its newest recovery point`;
  } catch (error) {
    if (!isExpected(error)) throw error;
    return undefined;
  }
}

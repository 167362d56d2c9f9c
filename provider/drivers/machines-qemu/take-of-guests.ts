/**
 * Snapshots of machines that QEMU runs, at one instant: all disks of one machine by one transaction of its QEMU, and several
 * machines by holding the processors of all of them meanwhile.
 */
import path from "node:path";
import type { MachineSnapshot } from "../../disks/disk.ts";
import type { Lineage } from "../../model/lineage.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";
import type { GuestParts } from "../../qemu/guest-process.ts";
import { nodeOf } from "../../qemu/snapshots/block-nodes.ts";
import {
  type BitmapSnapshotRequest,
  type DiskToSnapshot,
  takeGroupBitmapSnapshot,
} from "../../qemu/snapshots/take-bitmap-snapshot.ts";
import { lineagesOf } from "./lineages-of-disk.ts";
import { type OpenNodes, openNodes } from "./open-nodes.ts";
import { exportFolderOf, type QemuPlace } from "./qemu-place.ts";
import { SnapshotOfGuest } from "./snapshot-of-guest.ts";

export interface GuestToSnapshot {
  readonly place: QemuPlace;
  readonly sources: readonly SourceDisk[];
}

interface PreparedGuest extends GuestToSnapshot {
  readonly nodes: OpenNodes;
  /** The lineages that the changes of each disk go back to. */
  readonly known: readonly (readonly Lineage[])[];
  readonly disks: readonly DiskToSnapshot[];
}

async function disksOf({ qmp, disks }: OpenNodes): Promise<Pick<PreparedGuest, "known" | "disks">> {
  const known: Lineage[][] = [];
  const asked: DiskToSnapshot[] = [];
  for (const { source, address, lostBecause } of disks) {
    const node = await nodeOf(qmp, address);
    const lineages = lineagesOf(node);
    known.push(lineages);
    const { diskId, path: imagePath } = source;
    asked.push({ diskId, address, sizeBytes: node.sizeBytes, imagePath, lostBecause, since: lineages[0] });
  }
  return { known, disks: asked };
}

/** A guest that stands still already, because a person wants that or its disk is full, stays so. */
function holding({ qmp, guest }: OpenNodes): Pick<BitmapSnapshotRequest, "freeze" | "thaw"> {
  if (guest === undefined) return {};
  let isHeld = false;
  return {
    freeze: async () => {
      const { status } = await qmp.execute<{ status: string }>("query-status");
      if (status !== "running") return;
      isHeld = true;
      await qmp.execute("stop");
    },
    thaw: async () => {
      if (isHeld) await qmp.execute("cont");
    },
  };
}

/** All begin or none does. */
export async function takeOfGuests(
  parts: GuestParts,
  guests: readonly GuestToSnapshot[],
): Promise<MachineSnapshot[]> {
  const prepared: PreparedGuest[] = [];
  const opened: OpenNodes[] = [];
  try {
    for (const { place, sources } of guests) {
      const nodes = await openNodes(parts, place, sources);
      opened.push(nodes);
      prepared.push({ place, sources, nodes, ...(await disksOf(nodes)) });
    }
    const snapshots = await takeGroupBitmapSnapshot(
      prepared.map(({ place, nodes, disks }) => ({
        qmp: nodes.qmp,
        disks,
        fleeceFolder: path.join(place.runFolder, "fleece"),
        exportFolder: exportFolderOf(place),
        ...(prepared.length > 1 ? holding(nodes) : {}),
        ...parts,
      })),
    );
    return prepared.map(
      ({ sources, nodes, known }, index) =>
        new SnapshotOfGuest({ sources, snapshot: snapshots[index]!, known, release: () => nodes.release() }),
    );
  } catch (error) {
    await Promise.allSettled(opened.map((nodes) => nodes.release()));
    throw error;
  }
}

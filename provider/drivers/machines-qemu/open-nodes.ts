/**
 * The block nodes of a machine's disks: in its own QEMU while it runs, else in a `qemu-storage-daemon` over its images. The
 * changes are tracked by the same bitmaps in both.
 */
import path from "node:path";
import type { ResyncReason } from "../../disks/disk.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";
import type { GuestParts, GuestProcess } from "../../qemu/guest-process.ts";
import type { Qmp } from "../../qemu/qmp.ts";
import type { DiskAddress } from "../../qemu/snapshots/block-nodes.ts";
import { startStorageDaemon } from "../../qemu/snapshots/storage-daemon.ts";
import { filesOf, readEvidence } from "../../qemu/snapshots/image-evidence.ts";
import { type QemuPlace, runningGuest, wasKilled } from "./qemu-place.ts";

export interface OpenNodes {
  readonly qmp: Qmp;
  readonly guest: GuestProcess | undefined;
  /** In the order of the disks asked for. */
  readonly disks: readonly OpenDisk[];
  release(): Promise<void>;
}

export interface OpenDisk {
  readonly source: SourceDisk;
  readonly address: DiskAddress;
  readonly lostBecause: ResyncReason | undefined;
}

/** Throws `SourceUnreachable` if a QEMU that runs does not answer, `Busy` while another process works with it. */
export async function openNodes(
  parts: GuestParts,
  place: QemuPlace,
  sources: readonly SourceDisk[],
): Promise<OpenNodes> {
  const guest = runningGuest(parts, place);
  if (guest === undefined) return openImages(parts, place, sources);
  const qmp = await guest.qmp();
  const disks = sources.map((source): OpenDisk => {
    const lostBecause = readEvidence(parts.files, filesOf(source.path))?.lostBecause;
    return { source, address: { device: `disk-${source.diskId}` }, lostBecause };
  });
  const release = (): Promise<void> => new Promise((resolve) => resolve(qmp.close()));
  return { qmp, guest, disks, release };
}

async function openImages(
  parts: GuestParts,
  place: QemuPlace,
  sources: readonly SourceDisk[],
): Promise<OpenNodes> {
  const daemon = await startStorageDaemon({
    machine: place.definition.name,
    folder: path.join(place.runFolder, "storage"),
    wasKilled: wasKilled(parts, place),
    disks: sources.map(({ diskId, path: imagePath }) => ({ node: diskId, imagePath })),
    ...parts,
  });
  const disks = sources.map((source, index): OpenDisk => {
    const { lostBecause } = daemon.images[index]!;
    return { source, address: { node: source.diskId }, lostBecause };
  });
  return { qmp: daemon.qmp, guest: undefined, disks, release: () => daemon.end() };
}

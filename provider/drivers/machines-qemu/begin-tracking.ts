import path from "node:path";
import { blockSizeBytes } from "../../disks/disk.ts";
import type { Lineage } from "../../model/lineage.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";
import type { GuestParts } from "../../qemu/guest-process.ts";
import { nextLineage } from "../../qemu/snapshots/bitmap-chain.ts";
import { nodeOf } from "../../qemu/snapshots/block-nodes.ts";
import { filesOf } from "../../qemu/snapshots/image-evidence.ts";
import { bitmapName } from "../../qemu/snapshots/names.ts";
import { startStorageDaemon } from "../../qemu/snapshots/storage-daemon.ts";
import { runFolderName } from "./qemu-place.ts";

/**
 * Begins the tracking of a disk anew: it counts as unchanged from now on. Returns the lineage of what changes. Throws
 * `Busy` if a QEMU has the image.
 */
export async function beginTracking(parts: GuestParts, disk: SourceDisk): Promise<Lineage> {
  const { evidencePath } = filesOf(disk.path);
  const node = disk.diskId;
  const request = {
    machine: path.basename(disk.machine),
    folder: path.join(disk.machine, runFolderName, "storage"),
    disks: [{ node, imagePath: disk.path }],
    ...parts,
  };
  // A QEMU that has the image open is told by its lock.
  const former = await startStorageDaemon(request);
  await former.end();
  // Without its evidence the wrapper is made again, without bitmaps.
  parts.files.remove(evidencePath);
  const daemon = await startStorageDaemon(request);
  try {
    const lineage = nextLineage(await nodeOf(daemon.qmp, { node }), parts.random);
    await daemon.qmp.execute("block-dirty-bitmap-add", {
      node,
      name: bitmapName(lineage),
      persistent: true,
      granularity: blockSizeBytes,
    });
    return lineage;
  } finally {
    await daemon.end();
  }
}

/**
 * The nodes by which a disk is read as of an instant while its guest writes. Before a block is overwritten, QEMU's job
 * copies it to the fleece. Readers get it from there, and everything else from the disk.
 *
 * Two things in it are not obvious:
 *
 * - QEMU lets a write of the guest fail when the old content cannot be copied. So each copy goes to a second place too,
 *   which takes everything and keeps nothing. A full device then costs the snapshot, and the guest does not notice. QEMU
 *   reports it as a bad member of the two (`QUORUM_REPORT_BAD`).
 * - QEMU before 8.1 reads the disk instead of the fleece where a read begins in a copied block and ends in another one
 *   (hbitmap_status). So reads are cut into whole blocks.
 */
import path from "node:path";
import type { Clock } from "../../clock.ts";
import { blockSizeBytes } from "../../disks/disk.ts";
import type { Qmp } from "../qmp.ts";
import { partName } from "./names.ts";
import { qemuImg } from "./qemu-img.ts";

/** The disk of a cycle, by its number. */
export interface FleeceRequest {
  readonly folder: string;
  readonly cycle: string;
  readonly index: number;
  readonly sizeBytes: number;
}

/** Makes the file and the nodes that old content is copied to; the target of the job is `both`. Throws `DiskFull`. */
export async function addFleece(qmp: Qmp, request: FleeceRequest, clock: Clock): Promise<void> {
  const { folder, cycle, index, sizeBytes } = request;
  const fleece = partName("fleece", cycle, index);
  const filePath = path.resolve(folder, `${fleece}.qcow2`);
  await qemuImg(["create", "-q", "-f", "qcow2", filePath, String(sizeBytes)], filePath, clock);
  // The content is needed no longer than this QEMU runs, so nothing waits for the device.
  const cache = { "no-flush": true };
  await qmp.execute("blockdev-add", {
    driver: "qcow2",
    "node-name": fleece,
    cache,
    file: { driver: "file", filename: filePath, cache },
  });
  const spare = partName("null", cycle, index);
  await qmp.execute("blockdev-add", {
    driver: "null-co",
    "node-name": spare,
    size: sizeBytes,
    "read-zeroes": true,
  });
  await qmp.execute("blockdev-add", {
    driver: "quorum",
    "node-name": partName("both", cycle, index),
    "vote-threshold": 1,
    "read-pattern": "fifo",
    children: [fleece, spare],
  });
}

/** Adds the node that shows the disk as of the instant, and returns its name. The job must run. */
export async function addView(qmp: Qmp, cycle: string, index: number): Promise<string> {
  const access = partName("access", cycle, index);
  await qmp.execute("blockdev-add", {
    driver: "snapshot-access",
    "node-name": access,
    file: partName("filter", cycle, index),
  });
  const whole = partName("whole", cycle, index);
  await qmp.execute("blockdev-add", {
    driver: "blkdebug",
    "node-name": whole,
    align: blockSizeBytes,
    "max-transfer": blockSizeBytes,
    image: access,
  });
  return whole;
}

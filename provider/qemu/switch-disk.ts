/**
 * Switches a disk of a running machine from its server to its image, which is whole. QEMU waits for requests under way and
 * flushes. What is above, the device and the tracking of changes, does not notice.
 */
import { dataNodeOf, servedNodeOf } from "./command-line.ts";
import type { Qmp } from "./qmp.ts";
import { readNodes } from "./snapshots/block-nodes.ts";

export interface DiskToSwitch {
  readonly id: string;
  readonly imagePath: string;
}

/** Switched already is fine. */
export async function switchDisk(qmp: Qmp, { id, imagePath }: DiskToSwitch): Promise<void> {
  const names = (await readNodes(qmp)).map(({ name }) => name);
  if (!names.includes(servedNodeOf(id))) return;
  const image = `${id}-file`;
  const discard = "unmap";
  if (!names.includes(image))
    await qmp.execute("blockdev-add", { driver: "file", "node-name": image, filename: imagePath, discard });
  await qmp.execute("blockdev-reopen", {
    options: [
      { driver: "raw", "node-name": dataNodeOf(id), file: image, discard },
      { driver: "qcow2", "node-name": id, file: `${id}-tracking`, "data-file": dataNodeOf(id), discard },
    ],
  });
}

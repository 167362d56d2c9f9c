/** Shows disks that QEMU offers over NBD as files, which the engine reads: by a `qemu-storage-daemon` with FUSE. */
import path from "node:path";
import { makeFolderDurably } from "../../blocks/file-system.ts";
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { randomHex } from "../../random.ts";
import { endFormerDaemon, startDaemon } from "../../qemu/snapshots/daemon-process.ts";
import { partName } from "../../qemu/snapshots/names.ts";
import { removeCycleFiles } from "../../qemu/snapshots/remove-cycle-files.ts";
import type { LibvirtParts } from "./libvirt-parts.ts";

export interface ShownDisks {
  /** In the order of the exports. */
  readonly paths: readonly string[];
  /** Ends the daemon; the files are gone. */
  end(): Promise<void>;
}

/** Ends what a process that died has left in a folder. */
export async function clearShownDisks(
  { files, clock }: LibvirtParts,
  folder: string,
  machine: string,
): Promise<void> {
  makeFolderDurably(files, folder);
  await endFormerDaemon({ folder, machine, files, clock });
  await removeCycleFiles(files, folder, clock);
}

/** `folder` is for one machine, and nothing is left in it. */
export async function showDisks(
  { files, clock, random }: LibvirtParts,
  {
    folder,
    machine,
    socketPath,
    exports,
  }: {
    readonly folder: string;
    readonly machine: string;
    readonly socketPath: string;
    readonly exports: readonly string[];
  },
): Promise<ShownDisks> {
  const cycle = randomHex(random, 4);
  const nodes = exports.map((name, index) => ({
    driver: "nbd",
    "node-name": partName("whole", cycle, index),
    "read-only": true,
    export: name,
    server: { type: "unix", path: socketPath },
  }));
  const words = nodes.flatMap((node) => ["--blockdev", JSON.stringify(node)]);
  const daemon = await startDaemon({ folder, machine, files, clock }, words);
  const end = async (): Promise<void> => {
    await daemon.end();
    await removeCycleFiles(files, folder, clock);
  };
  try {
    const paths: string[] = [];
    for (const [index, node] of nodes.entries()) {
      const mountpoint = path.resolve(folder, `${partName("file", cycle, index)}.img`);
      files.open(mountpoint, "createNew").close();
      const id = partName("file", cycle, index);
      await daemon.qmp.execute("block-export-add", {
        type: "fuse",
        id,
        "node-name": node["node-name"],
        mountpoint,
      });
      paths.push(mountpoint);
    }
    return { paths, end };
  } catch (error) {
    await end();
    if (!isExpected(error)) throw error;
    const message = said`The disks of ${machine} cannot be shown as files. It needs FUSE: /dev/fuse, and for other users than root the package fuse3. ${error.said}`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: machine, cause: error });
  }
}

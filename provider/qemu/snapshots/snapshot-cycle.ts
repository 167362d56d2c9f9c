/** One snapshot of the disks of one machine, from the first node to the last bitmap. */
import path from "node:path";
import type { Clock } from "../../clock.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { randomHex, type Random } from "../../random.ts";
import { type FileSystem, makeFolderDurably } from "../../blocks/file-system.ts";
import { blockSizeBytes, type ResyncReason } from "../../disks/disk.ts";
import type { Lineage } from "../../model/lineage.ts";
import type { Qmp } from "../qmp.ts";
import { refusalOf } from "../qmp-refusal.ts";
import { action, chainOf, type KnownDisk, nextLineage } from "./bitmap-chain.ts";
import { type BlockNode, type DiskAddress, nodeNameOf, nodeOf } from "./block-nodes.ts";
import { clearCycle, endExports, readJobIds, stopNbdServer } from "./clear-cycle.ts";
import { addFleece, addView } from "./fleece.ts";
import { FleeceWatch } from "./fleece-watch.ts";
import { type KnownBlocks, readKnownBlocks } from "./known-blocks.ts";
import { bitmapName, partName } from "./names.ts";
import { removeCycleFiles } from "./remove-cycle-files.ts";
import { abandonPoint, completePoint, settleBitmaps } from "./settle-bitmaps.ts";

/** A disk to take a snapshot of. */
export interface DiskToSnapshot extends KnownDisk {
  readonly diskId: string;
  readonly address: DiskAddress;
  /** The raw image behind a wrapper, if it is one: its holes are not read. */
  readonly imagePath?: string | undefined;
}

export interface SnapshotDisk extends KnownBlocks {
  readonly diskId: string;
  readonly sizeBytes: number;
  /** The bitmap that records what changes after the snapshot's instant. */
  readonly lineage: Lineage;
  /** A file with the disk's bytes as of the instant, until reading is finished. Reads fail with EIO if they are lost. */
  readonly path: string;
}

export interface CycleFolders {
  /** For the old content of blocks that are overwritten meanwhile. One folder for one machine. */
  readonly fleeceFolder: string;
  /** For the files that show the disks, and the socket of QEMU's NBD server. One folder for one machine. */
  readonly exportFolder: string;
}

export interface CyclePorts {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
}

interface PreparedDisk {
  readonly request: DiskToSnapshot;
  readonly node: BlockNode;
  readonly lineage: Lineage;
  /** The bitmap with the changes since the caller's recovery point, or why there is none. */
  readonly since: { readonly bitmap: string } | { readonly everything: ResyncReason };
}

export class SnapshotCycle {
  readonly #qmp: Qmp;
  readonly #folders: CycleFolders;
  readonly #ports: CyclePorts;
  readonly #word: string;
  readonly #watch: FleeceWatch;
  #disks: readonly PreparedDisk[] = [];
  #isReading = false;

  constructor(qmp: Qmp, folders: CycleFolders, ports: CyclePorts) {
    this.#qmp = qmp;
    this.#folders = folders;
    this.#ports = ports;
    this.#word = randomHex(ports.random, 4);
    this.#watch = new FleeceWatch(qmp);
  }

  /** Clears what a dead process has left, and makes all that the instant needs, while the guest works on. */
  async prepare(requests: readonly DiskToSnapshot[]): Promise<void> {
    const { files, clock, random } = this.#ports;
    const { fleeceFolder, exportFolder } = this.#folders;
    await clearCycle(this.#qmp, clock);
    for (const folder of new Set([fleeceFolder, exportFolder])) {
      makeFolderDurably(files, folder);
      await removeCycleFiles(files, folder, clock);
    }
    const disks: PreparedDisk[] = [];
    for (const [index, request] of requests.entries()) {
      const found = await nodeOf(this.#qmp, request.address);
      this.#requireBitmaps(found, request.diskId);
      await settleBitmaps(this.#qmp, found, request);
      const node = await nodeOf(this.#qmp, request.address);
      const chain = chainOf(node, request);
      const since = typeof chain === "string" ? { everything: chain } : { bitmap: chain[0]!.name };
      const { sizeBytes } = node;
      await addFleece(this.#qmp, { folder: fleeceFolder, cycle: this.#word, index, sizeBytes }, clock);
      disks.push({ request, node, lineage: nextLineage(node, random), since });
    }
    this.#disks = disks;
    this.#watch.begin(disks.map((_, index) => partName("fleece", this.#word, index)));
  }

  /** The instant: all disks of the machine at once, or none of them. */
  async take(): Promise<void> {
    this.#isReading = true;
    const actions = this.#disks.flatMap(({ node, lineage, since }, index) => [
      action("block-dirty-bitmap-add", {
        node: node.name,
        name: bitmapName(lineage),
        persistent: true,
        granularity: blockSizeBytes,
      }),
      ...("bitmap" in since
        ? [action("block-dirty-bitmap-disable", { node: node.name, name: since.bitmap })]
        : []),
      action("blockdev-backup", {
        "job-id": partName("job", this.#word, index),
        "filter-node-name": partName("filter", this.#word, index),
        device: node.name,
        target: partName("both", this.#word, index),
        sync: "none",
      }),
    ]);
    await this.#qmp.execute("transaction", { actions });
  }

  /** Shows the disks as of the instant, and reads what has changed. */
  async open(): Promise<SnapshotDisk[]> {
    await this.#requireFilters();
    const socketPath = await this.#startNbdServer();
    const disks: SnapshotDisk[] = [];
    for (const [index, { request, node, lineage, since }] of this.#disks.entries()) {
      const cycle = this.#word;
      const view = await addView(this.#qmp, cycle, index);
      const known = await readKnownBlocks(
        this.#qmp,
        {
          cycle,
          index,
          socketPath,
          node: node.name,
          view,
          sizeBytes: node.sizeBytes,
          since,
          imagePath: request.imagePath,
          recording: bitmapName(lineage),
        },
        this.#ports,
      );
      const filePath = await this.#exportFile(view, index);
      disks.push({ diskId: request.diskId, sizeBytes: node.sizeBytes, lineage, ...known, path: filePath });
    }
    // QEMU has one NBD server, which others may need.
    await stopNbdServer(this.#qmp);
    return disks;
  }

  /**
   * Nothing is read any more: gives back what QEMU had for it. Throws `DiskFull` or `IoFailed` if old content was lost:
   * then what was read may not be of the instant. Can be repeated.
   */
  async finishReading(): Promise<void> {
    if (!this.#isReading) return;
    const jobs = await readJobIds(this.#qmp);
    const isLost = this.#disks.some((_, index) => !jobs.includes(partName("job", this.#word, index)));
    await endExports(this.#qmp, this.#ports.clock);
    // QEMU reports events in order: what was lost before its last answer is known by now.
    const loss = await this.#watch.end();
    await this.#clear();
    if (loss !== undefined) throw this.#lost(loss);
    if (isLost) throw this.#lost("its job has ended");
    this.#isReading = false;
  }

  /** The recovery point is durable: forgets what led to it. Can be repeated, but not before reading was finished. */
  async complete(): Promise<void> {
    await this.finishReading();
    for (const { request, lineage } of this.#disks) await completePoint(this.#qmp, request.address, lineage);
  }

  /** Leaves all changes pending for the next cycle. Can be repeated. */
  async abandon(): Promise<void> {
    await this.#watch.end();
    await this.#clear();
    this.#isReading = false;
    for (const { request, lineage } of this.#disks) {
      await abandonPoint(this.#qmp, request.address, lineage, request.since);
    }
  }

  async #clear(): Promise<void> {
    const { files, clock } = this.#ports;
    await clearCycle(this.#qmp, clock);
    const { fleeceFolder, exportFolder } = this.#folders;
    for (const folder of new Set([fleeceFolder, exportFolder])) await removeCycleFiles(files, folder, clock);
  }

  /** A file of its own for each cycle: the system may remember bytes of a file that it has shown before. */
  async #exportFile(view: string, index: number): Promise<string> {
    const id = partName("file", this.#word, index);
    const mountpoint = path.resolve(this.#folders.exportFolder, `${id}.img`);
    this.#ports.files.open(mountpoint, "createNew").close();
    try {
      await this.#qmp.execute("block-export-add", { type: "fuse", id, "node-name": view, mountpoint });
    } catch (error) {
      if (refusalOf(error) === undefined) throw error;
      const message = said`QEMU of machine ${this.#qmp.machine} cannot show a disk as a file. It needs FUSE: /dev/fuse, and for other users than root the package fuse3. ${(error as SiteRecoveryError).said}`;
      throw new SiteRecoveryError("PrerequisitesNotMet", message, {
        target: this.#qmp.machine,
        cause: error,
      });
    }
    return mountpoint;
  }

  async #startNbdServer(): Promise<string> {
    const socketPath = path.resolve(this.#folders.exportFolder, "nbd.sock");
    const start = async (): Promise<void> => {
      this.#ports.files.remove(socketPath);
      await this.#qmp.execute("nbd-server-start", { addr: { type: "unix", data: { path: socketPath } } });
    };
    try {
      await start();
    } catch (error) {
      if (!(refusalOf(error)?.description.includes("already running") ?? false)) throw error;
      // A dead process has left it, unless something is exported by it.
      if (!(await stopNbdServer(this.#qmp))) {
        const message = said`Another program uses the NBD server of machine ${this.#qmp.machine}, and QEMU has one only. Wait until it is done, then run again.`;
        throw new SiteRecoveryError("Busy", message, { target: this.#qmp.machine, cause: error });
      }
      await start();
    }
    return socketPath;
  }

  /** A device that was given another node since the cycle was prepared would write past the snapshot. */
  async #requireFilters(): Promise<void> {
    for (const [index, { request }] of this.#disks.entries()) {
      if ("node" in request.address) continue;
      const top = await nodeNameOf(this.#qmp, request.address);
      if (top === partName("filter", this.#word, index)) continue;
      const message = said`Disk ${request.diskId} of machine ${this.#qmp.machine} was moved to another image while its snapshot was taken. Run again.`;
      throw new SiteRecoveryError("Busy", message, { target: request.diskId });
    }
  }

  #requireBitmaps({ driver, name }: BlockNode, diskId: string): void {
    if (driver === "qcow2") return;
    const message = said`Disk ${diskId} of machine ${this.#qmp.machine} is node ${name} of format ${driver}, which keeps no bitmaps. Use a qcow2 image, or let siterecovery start the machine, which adds a file for them to a raw image.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: diskId });
  }

  #lost(why: string): SiteRecoveryError {
    const { machine } = this.#qmp;
    const isFull = /No space left on device|Disk quota exceeded/i.test(why);
    const next = isFull
      ? `Free some space in ${this.#folders.fleeceFolder}`
      : `Check ${this.#folders.fleeceFolder}`;
    const message = said`The snapshot of machine ${machine} is lost, because QEMU could not keep what the guest has overwritten meanwhile: ${why}. The guest is not affected. ${next}, then run again.`;
    return new SiteRecoveryError(isFull ? "DiskFull" : "IoFailed", message, { target: machine });
  }
}

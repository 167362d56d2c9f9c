/** A qemu-storage-daemon over raw images, and a writer in the place of a guest, for one test. */
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Lineage } from "../../../provider/model/lineage.ts";
import { blockSizeBytes } from "../../../provider/disks/disk.ts";
import type { Qmp } from "../../../provider/qemu/qmp.ts";
import { startStorageDaemon, type StorageDaemon } from "../../../provider/qemu/snapshots/storage-daemon.ts";
import {
  type BitmapSnapshot,
  type BitmapSnapshotRequest,
  type SnapshotDisk,
  takeBitmapSnapshot,
} from "../../../provider/qemu/snapshots/take-bitmap-snapshot.ts";

export const MiB = 1024 * 1024;
export const programs = ["qemu-storage-daemon", "qemu-img"];
/** The daemon shows disks as files by FUSE. */
export const hasFuse = fs.existsSync("/dev/fuse");

/** A disk as the guest has it, and what was replicated of it. */
export interface RigDisk {
  readonly diskId: string;
  readonly imagePath: string;
  readonly sizeBytes: number;
  /** What the guest has written, kept apart from QEMU. */
  readonly expected: Buffer;
  replica: Buffer;
  since: Lineage | undefined;
}

export class Rig {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-bitmaps-"));
  readonly disks: RigDisk[] = [];
  daemon: StorageDaemon | undefined;
  #live = new Map<string, number>();

  /** Makes raw images with some data. */
  constructor(sizes: Readonly<Record<string, number>> = { os: 8 * MiB }) {
    for (const [diskId, sizeBytes] of Object.entries(sizes)) {
      const expected = Buffer.alloc(sizeBytes);
      expected.fill(`first content of ${diskId} `, MiB, MiB + 3 * blockSizeBytes);
      const imagePath = path.join(this.folder, `${diskId}.img`);
      const file = fs.openSync(imagePath, "w");
      fs.ftruncateSync(file, sizeBytes);
      fs.writeSync(file, expected, MiB, 3 * blockSizeBytes, MiB);
      fs.closeSync(file);
      this.disks.push({
        diskId,
        imagePath,
        sizeBytes,
        expected,
        replica: Buffer.alloc(sizeBytes),
        since: undefined,
      });
    }
  }

  get qmp(): Qmp {
    return this.daemon!.qmp;
  }

  disk(diskId: string): RigDisk {
    return this.disks.find((disk) => disk.diskId === diskId)!;
  }

  /** Starts the daemon, and the writer if the guest is to be taken for running. */
  async start(): Promise<void> {
    this.daemon = await startStorageDaemon({
      machine: "web1",
      folder: path.join(this.folder, "run"),
      disks: this.disks.map(({ diskId, imagePath }) => ({ node: diskId, imagePath })),
    });
  }

  /** Lets the guest write. */
  async startGuest(qmp = this.qmp): Promise<void> {
    for (const { diskId } of this.disks) {
      const mountpoint = path.join(this.folder, `live-${diskId}`);
      fs.writeFileSync(mountpoint, "");
      await qmp.execute("block-export-add", {
        type: "fuse",
        id: `live-${diskId}`,
        "node-name": diskId,
        mountpoint,
        writable: true,
      });
      this.#live.set(diskId, fs.openSync(mountpoint, "r+"));
    }
  }

  write(diskId: string, offset: number, data: Uint8Array): void {
    fs.writeSync(this.#live.get(diskId)!, data, 0, data.length, offset);
    this.disk(diskId).expected.set(data, offset);
  }

  /** Writes zeros as `blkdiscard --zeroout` in a guest does: QEMU makes no bytes of them, but a hole of the image. */
  zero(diskId: string, offset: number, lengthBytes: number): void {
    const words = ["--zero-range", "--offset", String(offset), "--length", String(lengthBytes)];
    execFileSync("fallocate", [...words, path.join(this.folder, `live-${diskId}`)]);
    this.disk(diskId).expected.fill(0, offset, offset + lengthBytes);
  }

  stopGuest(): void {
    for (const file of this.#live.values()) fs.closeSync(file);
    this.#live.clear();
  }

  async end(): Promise<void> {
    this.stopGuest();
    await this.daemon?.end();
    this.daemon = undefined;
  }

  /** Ends the daemon as a power cut or `kill -9` does. */
  async kill(): Promise<void> {
    this.stopGuest();
    const daemon = this.daemon!;
    process.kill(daemon.processId, "SIGKILL");
    await daemon.end();
    // What it showed as files stays mounted.
    for (const { diskId } of this.disks) {
      spawnSync("umount", ["--lazy", path.join(this.folder, `live-${diskId}`)], { stdio: "ignore" });
    }
    this.daemon = undefined;
  }

  request(more: Partial<BitmapSnapshotRequest> = {}): BitmapSnapshotRequest {
    return {
      fleeceFolder: path.join(this.folder, "fleece"),
      exportFolder: path.join(this.folder, "export"),
      disks: this.disks.map(({ diskId, imagePath, sizeBytes, since }, index) => ({
        diskId,
        imagePath,
        address: { node: diskId },
        sizeBytes,
        since,
        lostBecause: this.daemon?.images[index]?.lostBecause,
      })),
      ...more,
    };
  }

  take(more: Partial<BitmapSnapshotRequest> = {}, qmp = this.qmp): Promise<BitmapSnapshot> {
    return takeBitmapSnapshot(qmp, this.request(more));
  }

  /** A whole cycle: what was read becomes the replica. */
  async cycle(more: Partial<BitmapSnapshotRequest> = {}, qmp = this.qmp): Promise<BitmapSnapshot> {
    const snapshot = await this.take(more, qmp);
    const copies = snapshot.disks.map((disk) => copyOf(this.disk(disk.diskId).replica, disk));
    await snapshot.finishReading();
    this.publish(snapshot, copies);
    await snapshot.complete();
    return snapshot;
  }

  /** The point is durable. */
  publish(snapshot: BitmapSnapshot, copies: readonly Buffer[]): void {
    for (const [index, { diskId, lineage }] of snapshot.disks.entries()) {
      this.disk(diskId).replica = copies[index]!;
      this.disk(diskId).since = lineage;
    }
  }

  async remove(): Promise<void> {
    await this.end().catch(() => undefined);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A replica with what a snapshot says has changed, read from the file that it shows. */
export function copyOf(replica: Buffer, disk: SnapshotDisk): Buffer {
  const { changes, dataBlocks, sizeBytes } = disk;
  const copy = "everything" in changes ? Buffer.alloc(sizeBytes) : Buffer.from(replica);
  const file = fs.openSync(disk.path, "r");
  try {
    for (const block of "everything" in changes ? dataBlocks : changes) {
      const offset = block * blockSizeBytes;
      const length = Math.min(blockSizeBytes, sizeBytes - offset);
      if (dataBlocks.has(block)) fs.readSync(file, copy, offset, length, offset);
      else copy.fill(0, offset, offset + length);
    }
  } finally {
    fs.closeSync(file);
  }
  return copy;
}

/** The names of all bitmaps of a node. */
export async function bitmapsOf(qmp: Qmp, node: string): Promise<string[]> {
  const nodes = await qmp.execute<{ "node-name": string; "dirty-bitmaps"?: { name: string }[] }[]>(
    "query-named-block-nodes",
    { flat: true },
  );
  const found = nodes.find((each) => each["node-name"] === node);
  return (found?.["dirty-bitmaps"] ?? []).map(({ name }) => name).sort();
}

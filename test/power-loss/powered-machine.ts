/** A machine with two tracked disks, its replica store, key files and a process server's cache, all on one simulated device. */
import path from "node:path";
import { VirtualClock } from "../../provider/clock.ts";
import type { FileSystem } from "../../provider/blocks/file-system.ts";
import { blockSizeBytes, type MachineSnapshot, type ResyncReason } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { homeAt } from "../../provider/engine/home.ts";
import { BandwidthLimit } from "../../provider/engine/process-server/bandwidth-limit.ts";
import { CacheFolder } from "../../provider/engine/process-server/cache-folder.ts";
import type { ProcessServer } from "../../provider/engine/process-server/transfer.ts";
import { resync } from "../../provider/engine/replication/resync.ts";
import { sendDelta } from "../../provider/engine/replication/send-delta.ts";
import { openWithKeyFile } from "../../provider/engine/upkeep/store-key-file.ts";
import type { ReplicaStore } from "../../provider/replica/replica-store.ts";

export const machineId = "/subscriptions/s/machines/web-01";
export const holderId = "/subscriptions/s/storageAccounts/replicas";
const folder = "/power";
export const home = homeAt(path.join(folder, "home"));
const storeFolder = home.storageFolderOf(holderId);
export const place = { holderId, folder: storeFolder, location: { folder: storeFolder } };
/** The cache is on a device of its own: segments are copied to the target instead of renamed. */
export const cacheFolder = path.join(folder, "cache");
export const diskSizes = [6 * blockSizeBytes, 3 * blockSizeBytes - 777] as const;
export const imageOf = (disk: number): string => path.join(folder, "vm", `disk-${disk}.img`);
export const restoredPath = path.join(folder, "vm", "restored.img");
export const overlayPath = path.join(folder, "vm", "attached.img");

export function readAll(files: FileSystem, filePath: string): Buffer {
  const file = files.open(filePath, "read");
  const bytes = Buffer.alloc(file.size().sizeBytes);
  file.read(bytes, 0);
  file.close();
  return bytes;
}

export class PoweredMachine {
  readonly files: FileSystem;
  readonly clock = new VirtualClock();
  /** The boot of the machine: 1 for the first. */
  readonly #bootId: string;
  store!: ReplicaStore;
  /** Why the last cycle was no delta. */
  resyncReasons: readonly ResyncReason[] = [];

  constructor(files: FileSystem, boot: number) {
    this.files = files;
    this.#bootId = boot.toString(16).padStart(16, "0");
    this.clock.advance(boot * 86_400_000);
  }

  /** The folders and images that are there before replication begins. */
  make(): void {
    for (const name of [folder, path.join(folder, "vm"), home.folder, cacheFolder]) {
      this.files.makeFolder(name);
      this.files.syncFolder(path.dirname(name));
    }
    for (const [disk, sizeBytes] of diskSizes.entries()) {
      const file = this.files.open(imageOf(disk), "createNew");
      file.truncate(sizeBytes);
      file.sync();
      file.close();
    }
    this.files.syncFolder(path.join(folder, "vm"));
  }

  async openStore(): Promise<void> {
    this.store = await openWithKeyFile(this.files, home, place);
  }

  get bootId(): string {
    return this.#bootId;
  }

  get #options() {
    return { files: this.files, clock: this.clock, bootId: this.#bootId };
  }

  async write(disk: number, data: Uint8Array, offset: number): Promise<void> {
    const opened = await openTrackedDisk(imageOf(disk), this.#options);
    await opened.write(data, offset);
    await opened.close();
  }

  snapshot(): Promise<MachineSnapshot> {
    this.clock.advance(60_000);
    return takeSnapshot([imageOf(0), imageOf(1)], this.#options);
  }

  /** A delta where it is enough, a resync where it is not or `wanted` says so. Returns the recovery point's id. */
  async cycle(wanted: "delta" | "resync", server?: ProcessServer): Promise<string> {
    const snapshot = await this.snapshot();
    this.resyncReasons = snapshot.disks.flatMap((disk) => disk.resyncReasons);
    const mustCompare = snapshot.disks.some((disk) => disk.resyncRequired);
    const isFirst = (await this.store.recoveryPoints(machineId)).length === 0;
    const disks = diskSizes.map((_, disk) => ({ diskId: `disk-${disk}`, path: imageOf(disk) }));
    const copy = wanted === "resync" || mustCompare || isFirst ? resync : sendDelta;
    const { store, clock } = this;
    const source = { machineId, disks };
    const through = server ? { server } : {};
    return (await copy({ store, source, snapshot, clock, ...through })).pointId;
  }

  server(): ProcessServer {
    const { files, clock } = this;
    const cache = new CacheFolder({ files, clock, folder: cacheFolder, limitBytes: () => 64 * 1_048_576 });
    return { cache, line: new BandwidthLimit(clock, () => undefined) };
  }

  images(): readonly Buffer[] {
    return diskSizes.map((_, disk) => readAll(this.files, imageOf(disk)));
  }
}

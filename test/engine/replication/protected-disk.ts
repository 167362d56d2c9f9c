import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { VirtualClock } from "../../../provider/clock.ts";
import { blockSizeBytes } from "../../../provider/disks/disk.ts";
import type { SnapshotCopy, CycleResult } from "../../../provider/engine/replication/copy-snapshot.ts";
import { restoreDisk } from "../../../provider/engine/replication/restore-disk.ts";
import { resync, type ResyncOptions } from "../../../provider/engine/replication/resync.ts";
import { sendDelta } from "../../../provider/engine/replication/send-delta.ts";
import { openReplicaStore } from "../../../provider/replica/open-replica-store.ts";
import type { ReplicaStore } from "../../../provider/replica/replica-store.ts";
import { SeededRandom } from "../../../provider/random.ts";
import { plainSnapshot } from "./plain-snapshot.ts";

export const passphrase = "correct horse battery staple";

/**
 * A folder with one disk image and a replica store, for one test. The test writes to the image through it.
 */
export class ProtectedDisk {
  readonly folder: string;
  readonly imagePath: string;
  readonly storeFolder: string;
  readonly machineId = "/subscriptions/s/machines/web-01";
  readonly diskId = "disk-0";
  readonly clock = new VirtualClock();
  readonly changed = new Set<number>();
  store!: ReplicaStore;
  #restores = 0;

  static async make(sizeBytes: number, store: { threads?: number } = { threads: 0 }): Promise<ProtectedDisk> {
    const disk = new ProtectedDisk(sizeBytes);
    disk.store = await openReplicaStore({ folder: disk.storeFolder, passphrase, ...store });
    return disk;
  }

  private constructor(sizeBytes: number) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-test-"));
    this.imagePath = path.join(this.folder, "disk.img");
    this.storeFolder = path.join(this.folder, "store");
    fs.writeFileSync(this.imagePath, "");
    fs.truncateSync(this.imagePath, sizeBytes);
  }

  write(offset: number, data: Uint8Array): void {
    const descriptor = fs.openSync(this.imagePath, "r+");
    fs.writeSync(descriptor, data, 0, data.length, offset);
    fs.closeSync(descriptor);
    const last = Math.floor((offset + data.length - 1) / blockSizeBytes);
    for (let block = Math.floor(offset / blockSizeBytes); block <= last; block += 1) this.changed.add(block);
  }

  /** Fills a block with bytes that do not compress, or with text that does. */
  fill(block: number, seed: number, kind: "random" | "text" = "random", length = blockSizeBytes): void {
    const text = `block ${block} of generation ${seed}; `;
    const bytes = kind === "text" ? Buffer.alloc(length, text) : noise(seed * 100_003 + block, length);
    this.write(block * blockSizeBytes, bytes);
  }

  image(): Buffer {
    return fs.readFileSync(this.imagePath);
  }

  #cycle(resyncRequired = false) {
    const changed = [...this.changed];
    this.clock.advance(60_000);
    return {
      store: this.store,
      source: { machineId: this.machineId, disks: [{ diskId: this.diskId, path: this.imagePath }] },
      snapshot: plainSnapshot([{ path: this.imagePath, changed, resyncRequired }], this.clock.now()),
      clock: this.clock,
    };
  }

  async initial(options: Partial<SnapshotCopy> = {}): Promise<CycleResult> {
    const result = await resync({ ...this.#cycle(), ...options });
    this.changed.clear();
    return result;
  }

  async delta(options: Partial<SnapshotCopy> & { resyncRequired?: boolean } = {}): Promise<CycleResult> {
    const { resyncRequired, ...rest } = options;
    const result = await sendDelta({ ...this.#cycle(resyncRequired), ...rest });
    this.changed.clear();
    return result;
  }

  async resync(options: Partial<ResyncOptions> = {}): Promise<CycleResult> {
    const result = await resync({ ...this.#cycle(true), ...options });
    this.changed.clear();
    return result;
  }

  /** A recovery point's disk, restored to a new file and read back. */
  async restored(pointId: string): Promise<Buffer> {
    this.#restores += 1;
    const toPath = path.join(this.folder, `restored-${this.#restores}`);
    await restoreDisk({ store: this.store, pointId, diskId: this.diskId, toPath });
    const bytes = fs.readFileSync(toPath);
    fs.rmSync(toPath);
    return bytes;
  }

  /** Forgets the open store and opens it again, as another process would. */
  async reopen(): Promise<void> {
    this.store = await openReplicaStore({ folder: this.storeFolder, passphrase, threads: 0 });
  }

  /** All files of the store. */
  storedFiles(): string[] {
    return fs
      .readdirSync(this.storeFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Bytes that do not compress, the same for the same seed; made in one sweep to be quick. */
export function noise(seed: number, length: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = new SeededRandom(seed).integer(0x7fff_ffff) + 1;
  for (let index = 0; index < words.length; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state;
  }
  return Buffer.from(words.buffer, 0, length);
}

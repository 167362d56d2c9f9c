/** A machine with one to three tracked disks and a replica store, for the commands of the model test. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { VirtualClock } from "../../../../provider/clock.ts";
import type { MachineSnapshot, TrackedDisk } from "../../../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../../../provider/disks/open-tracked-disk.ts";
import { takeSnapshot } from "../../../../provider/disks/take-snapshot.ts";
import { type AttachedDisk, attachPoint } from "../../../../provider/engine/replication/attach-point.ts";
import { restoreDisk } from "../../../../provider/engine/replication/restore-disk.ts";
import { resync } from "../../../../provider/engine/replication/resync.ts";
import { sendDelta } from "../../../../provider/engine/replication/send-delta.ts";
import { openReplicaStore } from "../../../../provider/replica/open-replica-store.ts";
import type { ReplicaStore } from "../../../../provider/replica/replica-store.ts";
import { SimulatedFileSystem } from "../../../blocks/simulated-file-system.ts";
import { unsyncedFileSystem } from "../../../blocks/unsynced-file-system.ts";
import { noise } from "../protected-disk.ts";

export type CycleKind = "initial" | "delta" | "resync";
const copies = { initial: resync, delta: sendDelta, resync };

export class RealMachine {
  readonly machineId = "/subscriptions/s/machines/model-01";
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-model-"));
  readonly files = new SimulatedFileSystem(unsyncedFileSystem);
  disks: TrackedDisk[] = [];
  store!: ReplicaStore;
  readonly #clock = new VirtualClock();
  readonly #images: string[];
  #key = 0;

  constructor(diskSizes: readonly number[]) {
    this.#images = diskSizes.map((sizeBytes, disk) => {
      const image = path.join(this.folder, `disk-${disk}.img`);
      fs.writeFileSync(image, "");
      fs.truncateSync(image, sizeBytes);
      return image;
    });
    for (const key of [0, 1]) fs.writeFileSync(this.#keyFile(key), noise(key + 1, 32));
  }

  async open(): Promise<void> {
    const { files } = this;
    const folder = path.join(this.folder, "store");
    this.store = await openReplicaStore({ folder, keyFile: this.#keyFile(this.#key), files, threads: 0 });
    for (const [disk, image] of this.#images.entries())
      this.disks[disk] = await openTrackedDisk(image, { files });
  }

  /** `isKilled`: nothing of what a close does gets through, as if the process were gone. */
  async restart(isKilled: boolean): Promise<void> {
    if (isKilled) this.files.arm({ kind: "EIO", call: 1, lasting: true });
    for (const disk of this.disks) {
      await disk.close().catch((error: unknown) => {
        if (!isKilled) throw error;
      });
    }
    this.files.heal();
    await this.open();
  }

  snapshot(): Promise<MachineSnapshot> {
    this.#clock.advance(60_000);
    return takeSnapshot(this.#images, { files: this.files, clock: this.#clock });
  }

  /** A disk that is marked for resync gets one, whatever was asked for. */
  async copy(snapshot: MachineSnapshot, kind: CycleKind): Promise<string> {
    const mustCompare = snapshot.disks.some((disk) => disk.resyncRequired);
    const disks = this.#images.map((image, disk) => ({ diskId: `disk-${disk}`, path: image }));
    const { pointId } = await copies[mustCompare && kind === "delta" ? "resync" : kind]({
      store: this.store,
      source: { machineId: this.machineId, disks },
      snapshot,
      clock: this.#clock,
    });
    return pointId;
  }

  async pointIds(): Promise<string[]> {
    return (await this.store.recoveryPoints(this.machineId)).map((point) => point.id);
  }

  async rotateKey(): Promise<void> {
    this.#key = 1 - this.#key;
    await this.store.rotateKey({ keyFile: this.#keyFile(this.#key) });
  }

  /** What came back of all machines so far. */
  static readonly restores = { count: 0, bytes: 0 };

  async restored(pointId: string, disk: number): Promise<Buffer> {
    const toPath = path.join(this.folder, "restored");
    await restoreDisk({ store: this.store, pointId, diskId: `disk-${disk}`, toPath, overwrite: true });
    const bytes = fs.readFileSync(toPath);
    RealMachine.restores.count += 1;
    RealMachine.restores.bytes += bytes.length;
    return bytes;
  }

  async attach(pointId: string, disk: number): Promise<AttachedDisk> {
    return attachPoint({
      store: this.store,
      pointId,
      diskId: `disk-${disk}`,
      overlayPath: this.#overlay,
    });
  }

  detach(): void {
    for (const file of [this.#overlay, `${this.#overlay}.filled`]) fs.rmSync(file, { force: true });
  }

  async remove(): Promise<void> {
    this.files.heal();
    for (const disk of this.disks) await disk.close().catch(() => undefined);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  get #overlay(): string {
    return path.join(this.folder, "attached.img");
  }

  #keyFile(key: number): string {
    return path.join(this.folder, `key-${key}`);
  }
}

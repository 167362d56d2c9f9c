/** A run in which every kind of object comes up, for tests that damage them one by one. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "vitest";
import { VirtualClock } from "../../../../provider/clock.ts";
import { blockSizeBytes, type MachineSnapshot } from "../../../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../../../provider/disks/open-tracked-disk.ts";
import { takeSnapshot } from "../../../../provider/disks/take-snapshot.ts";
import { attachPoint } from "../../../../provider/engine/replication/attach-point.ts";
import { restoreDisk } from "../../../../provider/engine/replication/restore-disk.ts";
import { resync } from "../../../../provider/engine/replication/resync.ts";
import { sendDelta } from "../../../../provider/engine/replication/send-delta.ts";
import { openReplicaStore } from "../../../../provider/replica/open-replica-store.ts";
import type { ReplicaStore } from "../../../../provider/replica/replica-store.ts";
import { SimulatedFileSystem } from "../../../blocks/simulated-file-system.ts";
import { unsyncedFileSystem } from "../../../blocks/unsynced-file-system.ts";
import { noise } from "../protected-disk.ts";

const sizeBytes = 40 * blockSizeBytes - 321;

export class Scenario {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-objects-"));
  readonly imagePath = path.join(this.folder, "disk.img");
  readonly machineId = "/machines/web-01";
  readonly files = new SimulatedFileSystem(unsyncedFileSystem);
  /** Every name that a file got, below the folder. */
  readonly names = this.files.names;
  /** What each recovery point must read as. */
  readonly points = new Map<string, Buffer>();
  store!: ReplicaStore;
  readonly #clock = new VirtualClock();

  static async make(): Promise<Scenario> {
    const scenario = new Scenario();
    scenario.store = await scenario.openStore();
    return scenario;
  }

  private constructor() {
    fs.writeFileSync(this.imagePath, Buffer.alloc(sizeBytes));
    fs.writeFileSync(path.join(this.folder, "account.key"), noise(1, 32).toString("hex"));
  }

  openStore(): Promise<ReplicaStore> {
    return openReplicaStore({
      folder: path.join(this.folder, "store"),
      keyFile: path.join(this.folder, "account.key"),
      witnessPath: path.join(this.folder, "account.store"),
      files: this.files,
      threads: 0,
    });
  }

  /** Everything that the data plane does. */
  async run(): Promise<void> {
    await this.write(0, 14, 1);
    await this.cycle();
    await this.write(0, 13, 2);
    await this.cycle();
    for (let round = 3; round < 6; round += 1) {
      await this.write(round, 2, round);
      await this.cycle();
    }
    // A lock that a dead process left, and a retention that writes a segment anew.
    fs.writeFileSync(path.join((await this.store.machine(this.machineId)).folder, "writer.lock"), "");
    const kept = [...this.points.keys()].slice(2);
    await this.store.retain(this.machineId, () => kept);
    for (const id of [...this.points.keys()].slice(0, 2)) this.points.delete(id);
    await this.store.rotateKey({ keyFile: path.join(this.folder, "account.key") });
    await this.attachAndWrite();
    await this.restoreAll();
    await (await this.store.machine("/machines/other")).prepare([]);
    await this.store.removeMachine("/machines/other");
  }

  /** Writes so many blocks through the tracked disk. */
  async write(firstBlock: number, count: number, seed: number): Promise<void> {
    const disk = await openTrackedDisk(this.imagePath, { files: this.files });
    await disk.write(noise(seed, count * blockSizeBytes), firstBlock * blockSizeBytes);
    await disk.close();
  }

  snapshot(): Promise<MachineSnapshot> {
    this.#clock.advance(60_000);
    return takeSnapshot([this.imagePath], { files: this.files, clock: this.#clock });
  }

  /** A delta, or a resync when there is no point yet or `wanted` says so. */
  async cycle(wanted?: "delta" | "resync", taken?: MachineSnapshot): Promise<string> {
    const image = fs.readFileSync(this.imagePath);
    const snapshot = taken ?? (await this.snapshot());
    const copy = (wanted ?? (this.points.size === 0 ? "resync" : "delta")) === "delta" ? sendDelta : resync;
    const source = { machineId: this.machineId, disks: [{ diskId: "disk-0", path: this.imagePath }] };
    const { pointId } = await copy({ store: this.store, source, snapshot, clock: this.#clock });
    this.points.set(pointId, image);
    return pointId;
  }

  /** Throws what a restore throws; a wrong byte fails the test. */
  async restoreAll(): Promise<void> {
    const toPath = path.join(this.folder, "restored.img");
    for (const [pointId, expected] of this.points) {
      await restoreDisk({ store: this.store, pointId, diskId: "disk-0", toPath, overwrite: true });
      expect(fs.readFileSync(toPath).equals(expected), `recovery point ${pointId}`).toBe(true);
    }
  }

  async attachAndWrite(): Promise<void> {
    const pointId = [...this.points.keys()].at(-1)!;
    const overlayPath = path.join(this.folder, "attached.img");
    const attached = await attachPoint({ store: this.store, pointId, diskId: "disk-0", overlayPath });
    try {
      await attached.write(noise(9, 100_000), 70_000);
      await attached.flush();
    } finally {
      await attached.close();
    }
  }

  /** The files of one pattern that are there now. */
  filesLike(pattern: RegExp): string[] {
    const all = fs.readdirSync(this.folder, { recursive: true, withFileTypes: true });
    return all
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => pattern.test(path.relative(this.folder, file)))
      .sort();
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

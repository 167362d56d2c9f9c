/** Everything that the data plane does to a machine and its replica, recorded call by call with what was acknowledged. */
import path from "node:path";
import { attachPoint } from "../../provider/engine/replication/attach-point.ts";
import { restoreDisk } from "../../provider/engine/replication/restore-disk.ts";
import { blockSizeBytes, type ResyncReason } from "../../provider/disks/disk.ts";
import { noise } from "../engine/replication/protected-disk.ts";
import {
  cacheFolder,
  home,
  machineId,
  overlayPath,
  place,
  PoweredMachine,
  restoredPath,
} from "./powered-machine.ts";
import { PowerRecorder } from "./power-recorder.ts";
import { replaceKey } from "../../provider/engine/upkeep/store-key-file.ts";

/** What must be on the device, and what else may be, at one instant. */
export interface Known {
  readonly disks: readonly Buffer[];
  /** A write that was not acknowledged: each of its bytes may be there. */
  readonly writing: { readonly disk: number; readonly bytes: Buffer } | undefined;
  /** Acknowledged recovery points by id, and the bytes of each disk. */
  readonly points: ReadonlyMap<string, readonly Buffer[]>;
  /** Points that a retention under way drops. */
  readonly leaving: ReadonlySet<string>;
  /** The disks of a cycle that has not ended. */
  readonly cycle: readonly Buffer[] | undefined;
  /** Why the last cycle was a resync, if it was: a log that was removed since may come back. */
  readonly lastReasons: readonly ResyncReason[];
  /** The key file holds the store's key; false while it is being changed. */
  readonly isKeyInPlace: boolean;
  readonly restored: Buffer | undefined;
  readonly restoring: Buffer | undefined;
  /** The overlay's disk after its last acknowledged flush, and after the writes since then. */
  /** Machines of the store. */
  readonly machineIds: readonly string[];
  /** Points and layers that are left right after a retention: what it gave back stays given back. */
  readonly left: ReadonlySet<string> | undefined;
  readonly attached: { readonly pointId: string; readonly flushed: Buffer; readonly now: Buffer } | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The machine's recovery points and layer files. */
export async function storedFiles({ files, store }: PoweredMachine): Promise<Set<string>> {
  const { folder } = await store.machine(machineId);
  const disks = files.list(path.join(folder, "disks")).map((name) => path.join(folder, "disks", name));
  const names = [path.join(folder, "points"), ...disks].flatMap((parent) => files.list(parent));
  return new Set(names);
}

export class ReplicaRun {
  readonly #known: Mutable<Known> = {
    disks: [],
    writing: undefined,
    points: new Map(),
    leaving: new Set(),
    cycle: undefined,
    lastReasons: [],
    isKeyInPlace: false,
    restored: undefined,
    restoring: undefined,
    attached: undefined,
    machineIds: [],
    left: undefined,
  };
  readonly recorder = new PowerRecorder<Known>(() => ({ ...this.#known }));
  readonly machine = new PoweredMachine(this.recorder.files, 1);
  #seed = 0;
  #isWatched = true;

  /** The world before replication, then one step after the other. */
  async run(): Promise<void> {
    const { machine } = this;
    machine.make();
    this.recorder.disk.mount(cacheFolder);
    this.#set({ disks: machine.images() });
    this.recorder.begin();
    await machine.openStore();
    this.#set({ isKeyInPlace: true });
    this.recorder.acknowledge("the store");
    await this.#write(0, 0, 3 * blockSizeBytes);
    await this.#cycle("resync");
    for (let round = 0; round < 3; round += 1) {
      await this.#write(round % 2, 40_000 * round, 50_000);
      await this.#cycle("delta");
    }
    await this.#attach();
    await this.#rotate();
    await this.#write(0, 0, 5 * blockSizeBytes);
    await this.#cycle("resync", true);
    await this.#restore();
    await this.#retain();
    // More layers than a disk may have: they are merged. The last rounds do it.
    for (let round = 0; round < 17; round += 1) {
      this.#isWatched = round > 14;
      await this.#write(0, (round % 5) * blockSizeBytes, 2000);
      await this.#cycle("delta", round % 6 === 0);
    }
    await this.#restore();
    await this.#retain();
    this.#set({ machineIds: [machineId, "/machines/other"] });
    await (await machine.store.machine("/machines/other")).prepare(["disk-0"]);
    await machine.store.removeMachine("/machines/other");
    this.#set({ machineIds: [machineId] });
    this.#acknowledge("a machine's removal");
    await this.#write(1, 0, 100);
    await this.#cycle("delta");
  }

  #set(change: Partial<Known>): void {
    Object.assign(this.#known, change);
  }

  #acknowledge(what: string): void {
    if (this.#isWatched) this.recorder.acknowledge(what);
  }

  /** Opens the disk, writes and closes it, which makes the write durable. */
  async #write(disk: number, offset: number, length: number): Promise<void> {
    const data = noise((this.#seed += 1), length);
    const bytes = Buffer.from(this.#known.disks[disk]!);
    bytes.set(data, offset);
    this.#set({ writing: { disk, bytes } });
    await this.machine.write(disk, data, offset);
    this.#set({ disks: this.#known.disks.with(disk, bytes), writing: undefined });
    this.#acknowledge("a write");
  }

  async #cycle(wanted: "delta" | "resync", isThroughServer = false): Promise<void> {
    this.#set({ cycle: this.#known.disks, machineIds: [machineId] });
    const id = await this.machine.cycle(wanted, isThroughServer ? this.machine.server() : undefined);
    this.#set({ points: new Map([...this.#known.points, [id, this.#known.disks]]), cycle: undefined });
    this.#set({ lastReasons: this.machine.resyncReasons });
    this.#acknowledge("a recovery point");
  }

  /** Keeps every third point. */
  async #retain(): Promise<void> {
    const ids = [...this.#known.points.keys()];
    const kept = new Set(ids.filter((_, index) => index % 3 === 2 || index === ids.length - 1));
    this.#set({ leaving: new Set(ids.filter((id) => !kept.has(id))) });
    await this.machine.store.retain(machineId, () => kept);
    this.#set({
      points: new Map([...this.#known.points].filter(([id]) => kept.has(id))),
      leaving: new Set(),
    });
    this.#set({ left: await storedFiles(this.machine) });
    this.#acknowledge("a retention");
    this.#set({ left: undefined });
  }

  async #restore(): Promise<void> {
    const [pointId, disks] = [...this.#known.points].at(-1)!;
    this.#set({ restoring: disks[0] });
    const { store } = this.machine;
    await restoreDisk({ store, pointId, diskId: "disk-0", toPath: restoredPath, overwrite: true });
    this.#set({ restored: disks[0], restoring: undefined });
    this.#acknowledge("a restore");
  }

  async #rotate(): Promise<void> {
    this.#set({ isKeyInPlace: false });
    this.machine.store = await replaceKey(this.machine.files, home, place);
    this.#set({ isKeyInPlace: true });
    this.#acknowledge("a key");
  }

  async #attach(): Promise<void> {
    const [pointId, disks] = [...this.#known.points].at(-1)!;
    const { store, bootId } = this.machine;
    const now = Buffer.from(disks[0]!);
    this.#set({ attached: { pointId, flushed: Buffer.from(now), now: Buffer.from(now) } });
    for (const round of [1, 2]) {
      const attached = await attachPoint({ store, pointId, diskId: "disk-0", overlayPath, bootId });
      for (const at of [0, 70_000 * round]) {
        const data = noise((this.#seed += 1), 3000 + at);
        const next = Buffer.from(this.#known.attached!.now);
        next.set(data, at);
        this.#set({ attached: { ...this.#known.attached!, now: next } });
        await attached.write(data, at);
      }
      await attached.flush();
      this.#set({ attached: { ...this.#known.attached!, flushed: this.#known.attached!.now } });
      this.#acknowledge("a flush of an attached disk");
      if (round === 2) while ((await attached.fill(2)) > 0);
      await attached.flush();
      await attached.close();
    }
  }
}

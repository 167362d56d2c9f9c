import path from "node:path";
import { type FileSystem, makeFolderDurably, writeAtomically } from "../blocks/file-system.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { randomUuid, systemRandom } from "../random.ts";
import { damagedObject } from "./damaged-object.ts";
import { DamageNote } from "./damage-note.ts";
import { diskScope, type KeyRing } from "./key-ring.ts";
import type { LayerKind } from "./layers/layer-format.ts";
import type { DiskFolder } from "./layers/layer-reader.ts";
import { ReleasedSegments } from "./layers/released-segments.ts";
import { type LayerIdentity, layerPath } from "./layers/layer-writer.ts";
import type { Release, WriterEpoch } from "./lock-file.ts";
import { fenceMachine, lockMachine, type MachineLock, pinPoint } from "./machine-lock.ts";
import { PointFolder, type PointDraft, type Publication } from "./point-folder.ts";
import { readWholeFile } from "./read-whole-file.ts";
import type { PointIdentity, RecoveryPoint } from "./recovery-point.ts";
import { openSealedObject, sealObject } from "./sealed-object.ts";
import { said } from "../message.ts";

/** The lease that a process writes replicas under, looked up at each write. */
export interface WriterFence {
  readonly engineId: string;
  /** The lease's epoch as this process knows it; `undefined` for work without one. */
  epoch(): number | undefined;
  /**
   * Renews the lease and returns its epoch; `undefined` for work without one. `beside` is done together with that, or not
   * at all, and survives a power cut. Throws `LeaseLost` when another process has taken the lease over.
   */
  confirm(beside?: () => void): number | undefined;
  /** Gives the lease an epoch above this one. For a person's decision to continue with this engine's database. */
  raise(above: number): void;
}

const namePath = "machine.sealed";

/**
 * One machine's part of a store: `machine.sealed` (its id), `points/` and `disks/<name>/` with layer files.
 * Folder names tell nothing about the ids. Writers hold `lock()`.
 */
export class MachineFolder {
  readonly files: FileSystem;
  readonly ring: KeyRing;
  readonly folder: string;
  readonly machineId: string;
  readonly points: PointFolder;
  /** What the last verification found damaged. */
  readonly damage: DamageNote;

  readonly #fence: WriterFence | undefined;
  #lock: MachineLock | undefined;
  #writer: WriterEpoch | undefined;

  constructor(
    files: FileSystem,
    ring: KeyRing,
    place: { machinesFolder: string; machineId: string },
    fence?: WriterFence,
  ) {
    const { machinesFolder, machineId } = place;
    this.#fence = fence;
    this.files = files;
    this.ring = ring;
    this.machineId = machineId;
    this.folder = path.join(machinesFolder, ring.nameOf(machineId));
    const points = { folder: path.join(this.folder, "points"), machineId };
    const guard = {
      writer: () => this.#writer,
      check: () => this.requireLock(),
      workFolder: () => this.#lock?.workFolder,
    };
    this.points = new PointFolder(files, ring, points, guard);
    this.damage = new DamageNote(files, this.folder);
  }

  /** The id of the machine whose folder this is. Throws `Damaged`, also when the file in it is another machine's. */
  static readId(files: FileSystem, ring: KeyRing, folder: string): string {
    const id = MachineFolder.claimedId(files, ring, folder);
    if (ring.nameOf(id) === path.basename(folder)) return id;
    throw damagedObject(
      path.join(folder, namePath),
      `it is another machine's file, which belongs in ${ring.nameOf(id)}`,
    );
  }

  /** The id that a folder's file names, whether the folder is that machine's or not. Throws `Damaged`. */
  static claimedId(files: FileSystem, ring: KeyRing, folder: string): string {
    const filePath = path.join(folder, namePath);
    const name = { kind: "machine", scope: "" } as const;
    if (!files.exists(filePath)) throw damagedObject(filePath, "it is missing");
    return openSealedObject(ring, name, readWholeFile(files, filePath), filePath).content as string;
  }

  get exists(): boolean {
    return this.files.exists(path.join(this.folder, namePath));
  }

  /** False when the very first preparation was cut short: the roster is written before any disk's folder. */
  get isPrepared(): boolean {
    return this.files.list(path.join(this.folder, "disks")).length > 0;
  }

  /** Makes the folders, durably, and writes the machine's id again if it is damaged. Repeating it is cheap. */
  prepare(diskIds: readonly string[]): void {
    for (const name of ["disks", "points"]) makeFolderDurably(this.files, path.join(this.folder, name));
    if (!this.exists || this.#nameIsDamaged()) {
      const objectId = systemRandom.bytes(16);
      const sealed = sealObject(this.ring, { kind: "machine", objectId, scope: "" }, this.machineId);
      writeAtomically(this.files, path.join(this.folder, namePath), sealed);
    }
    this.points.prepare();
    for (const diskId of diskIds) this.#prepareDisk(this.disk(diskId));
  }

  disk(diskId: string): DiskFolder {
    const folder = path.join(this.folder, "disks", this.ring.nameOf(diskId));
    return { files: this.files, ring: this.ring, folder, scope: diskScope(this.machineId, diskId) };
  }

  lock(): Release {
    if (!this.exists) {
      const message = said`The replica store holds nothing of machine ${this.machineId}.`;
      throw new SiteRecoveryError("NotFound", message, { target: this.machineId });
    }
    // A former holder of the lease gets no lock that counts: a later epoch takes it away.
    this.#writer = this.#writerWith(this.#fence?.epoch());
    const lock = lockMachine(this.files, this.folder, this.#writer);
    this.#lock = lock;
    return () => {
      this.#lock = undefined;
      lock.release();
    };
  }

  /** Throws `LeaseLost` when this process had the lock and another one has taken it over. */
  requireLock(): void {
    this.#lock?.check();
  }

  /** Takes the lock away from a process whose lease this one has taken over. */
  fence(): void {
    const writer = this.#writerWith(this.#fence?.confirm());
    if (writer !== undefined && this.exists) fenceMachine(this.files, this.folder, writer);
  }

  /** Continues after a person's decision, although this engine has written under a later epoch than its lease's. */
  takeOver(): void {
    if (this.#fence === undefined || this.#writer === undefined) return;
    const latest = this.points.latestEpochOf(this.#fence.engineId);
    if (latest > this.#writer.epoch) this.#fence.raise(latest);
    this.confirm();
  }

  /** Throws `LeaseLost` when another process has taken over the lease that this one writes under. */
  confirm(): void {
    this.#writer = this.#writerWith(this.#fence?.confirm());
  }

  #writerWith(epoch: number | undefined): WriterEpoch | undefined {
    return epoch === undefined ? undefined : { engineId: this.#fence!.engineId, epoch };
  }

  pin(pointId: string): Release {
    return pinPoint(this.files, this.folder, pointId);
  }

  /** A name and a key for a new layer file. */
  newLayer(diskId: string, kind: LayerKind): LayerIdentity & { readonly id: string } {
    const disk = this.disk(diskId);
    const fileId = Buffer.from(systemRandom.bytes(16));
    const id = fileId.toString("hex");
    const key = this.ring.layerKey(fileId, disk.scope);
    return { id, fileId, key, kind, storeId: this.ring.storeId, path: layerPath(disk.folder, kind, id) };
  }

  /** Layer files in a disk's folder, whether a recovery point needs them or not. */
  layerFiles(diskId: string): { kind: LayerKind; id: string }[] {
    const found: { kind: LayerKind; id: string }[] = [];
    for (const name of this.files.list(this.disk(diskId).folder)) {
      const [, id, kind] = /^([0-9a-f]{32})\.(segment|map)$/.exec(name) ?? [];
      if (id !== undefined) found.push({ id, kind: kind as LayerKind });
    }
    return found;
  }

  /**
   * Makes a recovery point count: its layers' folders are synced first, then its file appears whole. Right before, the
   * lease is confirmed, together with what the caller notes of the point. Throws `LeaseLost`.
   */
  publish(draft: Omit<PointDraft, "id">, publication: Publication = {}): RecoveryPoint {
    for (const disk of draft.disks) this.files.syncFolder(this.disk(disk.diskId).folder);
    this.#writer = this.#writerWith(this.#fence?.epoch());
    const onNamed = (point: PointIdentity): void => {
      const note = (): void => publication.onNamed?.(point);
      if (this.#fence) this.#fence.confirm(note);
      else note();
    };
    return this.points.publish({ ...draft, id: randomUuid(systemRandom) }, { ...publication, onNamed });
  }

  #nameIsDamaged(): boolean {
    try {
      MachineFolder.readId(this.files, this.ring, this.folder);
      return false;
    } catch (error) {
      if (hasCode(error, "Damaged")) return true;
      throw error;
    }
  }

  #prepareDisk(disk: DiskFolder): void {
    const isNew = !this.files.exists(disk.folder);
    makeFolderDurably(this.files, disk.folder);
    if (isNew) new ReleasedSegments(disk).write([]);
  }
}

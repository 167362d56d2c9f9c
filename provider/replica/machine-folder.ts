import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { randomUuid, systemRandom } from "../random.ts";
import { damagedObject } from "./damaged-object.ts";
import { DamageNote } from "./damage-note.ts";
import { diskScope, type KeyRing } from "./key-ring.ts";
import type { LayerKind } from "./layers/layer-format.ts";
import type { DiskFolder } from "./layers/layer-reader.ts";
import type { KeptObjects } from "./remove-unlocked.ts";
import { RemovedMachines } from "./removed-machines.ts";
import { ReleasedSegments } from "./layers/released-segments.ts";
import { type LayerName, layerName, parseLayerName } from "./layers/layer-name.ts";
import type { LayerIdentity } from "./layers/layer-writer.ts";
import type { Claim, LocalFile, ObjectFacts, Objects, PutOptions, WriterEpoch } from "../ports/objects.ts";
import { PointFolder, type PointDraft, type Publication } from "./point-folder.ts";
import type { PointIdentity, RecoveryPoint } from "./recovery-point.ts";
import { putUnderClaim } from "./roster.ts";
import type { StorePlaces } from "./store-places.ts";
import type { WriterFence } from "./writer-fence.ts";
import { openSealedObject, sealObject } from "./sealed-object.ts";
import { raiseFormat } from "./store-key.ts";
import { said } from "../message.ts";

export type Release = () => Promise<void>;
const nameEnding = "machine.sealed";

/** What the names of a machine's objects begin with, without a slash at the end. */
export function machineName(ring: KeyRing, machineId: string): string {
  return `machines/${ring.nameOf(machineId)}`;
}

/**
 * One machine's part of a store: `machine.sealed` (its id), `points/` and `disks/<name>/` with layer files.
 * Names tell nothing about the ids. Writers hold `lock()`.
 */
export class MachineFolder {
  readonly objects: Objects;
  readonly ring: KeyRing;
  /** What the names of its objects begin with, without a slash at the end. */
  readonly name: string;
  /** The name of the object that says whose replica it is. */
  readonly idName: string;
  /** What messages call it. */
  readonly folder: string;
  readonly machineId: string;
  readonly points: PointFolder;
  /** What the last verification found damaged. */
  readonly damage: DamageNote;
  readonly #places: StorePlaces;
  readonly #fence: WriterFence | undefined;
  readonly #removed: RemovedMachines;
  #claim: Claim | undefined;
  #writer: WriterEpoch | undefined;
  constructor(places: StorePlaces, ring: KeyRing, machineId: string, fence?: WriterFence) {
    this.#places = places;
    this.#fence = fence;
    this.objects = places.objects;
    this.ring = ring;
    this.machineId = machineId;
    this.name = machineName(ring, machineId);
    this.idName = `${this.name}/${nameEnding}`;
    this.folder = this.objects.placeOf(this.name);
    const points = { name: `${this.name}/points`, machineId };
    const guard = { writer: () => this.#writer, claim: () => this.#claim };
    this.points = new PointFolder(this.objects, ring, points, guard);
    this.damage = new DamageNote(this.objects, this.name);
    this.#removed = new RemovedMachines(this.objects);
  }

  /** The id of the machine of a name. Throws `Damaged`, also when the object is another machine's. */
  static async readId(objects: Objects, ring: KeyRing, name: string): Promise<string> {
    const id = await MachineFolder.claimedId(objects, ring, name);
    if (machineName(ring, id) === name) return id;
    throw damagedObject(
      objects.placeOf(`${name}/${nameEnding}`),
      `it is another machine's file, which belongs in ${ring.nameOf(id)}`,
    );
  }

  /** The id that the object says, whether it is in that machine's place or not. Throws `Damaged`. */
  static async claimedId(objects: Objects, ring: KeyRing, name: string): Promise<string> {
    const filePath = objects.placeOf(`${name}/${nameEnding}`);
    const object = await objects.get(`${name}/${nameEnding}`);
    if (object === undefined) throw damagedObject(filePath, "it is missing");
    return openSealedObject(ring, { kind: "machine", scope: "" }, object.bytes, filePath).content as string;
  }

  async exists(): Promise<boolean> {
    return (await this.objects.facts(this.idName)) !== undefined;
  }

  /** False when the very first preparation was cut short: the roster is written before anything of a disk. */
  async isPrepared(): Promise<boolean> {
    for await (const _object of this.objects.list(`${this.name}/disks/`)) return true;
    return false;
  }

  /** Writes what a machine begins with, durably, and its id again if it is damaged. Repeating it is cheap. */
  async prepare(diskIds: readonly string[]): Promise<void> {
    if (await this.#removed.has(this.name)) await this.#whileClaimed(() => this.#removed.clear(this.name));
    if (!(await this.exists()) || (await this.#nameIsDamaged())) {
      const name = { kind: "machine", objectId: systemRandom.bytes(16), scope: "" } as const;
      const sealed = sealObject(this.ring, name, this.machineId);
      await this.objects.put(this.idName, sealed, "replace", { keepsFormer: true });
    }
    await this.points.prepare();
    for (const diskId of diskIds) await this.#prepareDisk(this.disk(diskId));
  }

  disk(diskId: string): DiskFolder {
    const name = `${this.name}/disks/${this.ring.nameOf(diskId)}`;
    return { objects: this.objects, ring: this.ring, name, scope: diskScope(this.machineId, diskId) };
  }

  /** What of this computer is about to be put in the machine's place. Emptied when the lock is taken. */
  get spool(): { readonly files: FileSystem; readonly folder: string } {
    const { files, folder } = this.#places.spool;
    return { files, folder: path.join(folder, this.ring.nameOf(this.machineId)) };
  }

  async lock(): Promise<Release> {
    if (!(await this.exists())) {
      const message = said`The replica store holds nothing of machine ${this.machineId}.`;
      throw new SiteRecoveryError("NotFound", message, { target: this.machineId });
    }
    // A former holder of the lease gets no lock that counts: a later epoch takes it away.
    this.#writer = this.#writerWith(this.#fence?.epoch());
    const claim = await this.#places.claims.claim(this.name, this.#writer);
    try {
      // Only who has the claim prepares anything here: what is left is a killed process's.
      this.spool.files.remove(this.spool.folder);
      for (const part of ["disks", "points"]) await this.objects.sweep(`${this.name}/${part}`);
      if (this.ring.format === 1) await raiseFormat(this.objects);
      this.ring.format = 2;
      this.#claim = claim;
      if (claim.wasTakenOver) await this.points.skipNumber();
    } catch (error) {
      this.#claim = undefined;
      await claim.release();
      throw error;
    }
    return async () => {
      this.#claim = undefined;
      await claim.release();
    };
  }

  /** Removes all that is stored of the machine. Absent is fine. Throws `InUse` while one of its points is read. */
  async remove(): Promise<KeptObjects> {
    const isThere = (await this.#removed.has(this.name)) || (await this.#hasObjects());
    if (!isThere) return { names: new Set(), until: undefined };
    return this.#whileClaimed(async () => {
      if ((await this.pinned()).size > 0) {
        const message = said`A recovery point of machine ${this.machineId} is being read. End the restore or the attached disk first.`;
        throw new SiteRecoveryError("InUse", message, { target: this.machineId });
      }
      this.confirm();
      // From here on it is gone for everybody, so that a crash leaves no half of a machine.
      await this.#removed.add(this.name);
      return this.#removed.finish(this.name);
    });
  }

  async #hasObjects(): Promise<boolean> {
    for await (const _object of this.objects.list(`${this.name}/`)) return true;
    return false;
  }

  async #whileClaimed<T>(work: () => Promise<T>): Promise<T> {
    const claim = await this.#places.claims.claim(this.name, this.#writerWith(this.#fence?.epoch()));
    try {
      return await work();
    } finally {
      await claim.release();
    }
  }

  /** Throws `LeaseLost` when this process had the lock and another one has taken it over. */
  async requireLock(): Promise<void> {
    await this.#claim?.check();
  }

  /** Takes the lock away from a process whose lease this one has taken over. */
  async fence(): Promise<void> {
    const writer = this.#writerWith(this.#fence?.confirm());
    if (writer !== undefined && (await this.exists())) await this.#places.claims.fence(this.name, writer);
  }

  /** Continues after a person's decision, although this engine has written under a later epoch than its lease's. */
  async takeOver(): Promise<void> {
    if (this.#fence === undefined || this.#writer === undefined) return;
    const latest = await this.points.latestEpochOf(this.#fence.engineId);
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

  pin(pointId: string): Promise<Release> {
    return this.#places.claims.pin(this.name, pointId);
  }

  /** Points that are being read. */
  pinned(): Promise<ReadonlySet<string>> {
    return this.#places.claims.pinned(this.name);
  }

  /** A name and a key for a new layer file, and where it is prepared. */
  newLayer(diskId: string, kind: LayerKind): NewLayer {
    const disk = this.disk(diskId);
    const fileId = Buffer.from(systemRandom.bytes(16));
    const id = fileId.toString("hex");
    const key = this.ring.layerKey(fileId, disk.scope);
    const { files, folder } = this.spool;
    files.makeFolder(folder);
    const place = {
      name: layerName(disk.name, { id, kind, copy: 0 }),
      path: path.join(folder, `${id}.${kind}`),
    };
    return { id, fileId, key, kind, storeId: this.ring.storeId, ...place };
  }

  /** Puts a layer file that was prepared in its place, durably. */
  async putLayer(name: string, file: LocalFile, options: PutOptions = {}): Promise<void> {
    // Its name is of random digits: what is there already is the same file, put before an answer was lost.
    await this.objects.put(name, file, "ifAbsent", options);
  }

  /** Puts the copy of a layer file beside it. Throws `LeaseLost` if another process has made one. */
  async putCopy(diskId: string, layer: LayerName, file: LocalFile): Promise<void> {
    const name = layerName(this.disk(diskId).name, layer);
    await putUnderClaim(this.objects, { claim: () => this.#claim }, name, file, "ifAbsent");
  }

  /** Layer files of a disk with all copies, whether a recovery point needs them or not. */
  async layerFiles(diskId: string): Promise<StoredLayer[]> {
    const found: StoredLayer[] = [];
    for await (const object of this.objects.list(`${this.disk(diskId).name}/`)) {
      const layer = parseLayerName(object.name);
      if (layer !== undefined) found.push({ ...layer, object });
    }
    return found;
  }

  /**
   * Makes a recovery point count: its object appears whole. Right before, the lease is confirmed, together with what the
   * caller notes of the point. Throws `LeaseLost`.
   */
  publish(draft: Omit<PointDraft, "id">, publication: Publication = {}): Promise<RecoveryPoint> {
    this.#writer = this.#writerWith(this.#fence?.epoch());
    const onNamed = (point: PointIdentity): void => {
      const note = (): void => publication.onNamed?.(point);
      if (this.#fence) this.#fence.confirm(note);
      else note();
    };
    return this.points.publish({ ...draft, id: randomUuid(systemRandom) }, { ...publication, onNamed });
  }

  async #nameIsDamaged(): Promise<boolean> {
    try {
      await MachineFolder.readId(this.objects, this.ring, this.name);
      return false;
    } catch (error) {
      if (hasCode(error, "Damaged")) return true;
      throw error;
    }
  }

  async #prepareDisk(disk: DiskFolder): Promise<void> {
    for await (const _object of this.objects.list(`${disk.name}/`)) return;
    await new ReleasedSegments(disk).write([]);
  }
}

/** A layer file that is about to be written. */
export interface NewLayer extends LayerIdentity {
  readonly id: string;
  /** The name of its object. */
  readonly name: string;
}

/** A layer file that is there. */
export interface StoredLayer extends LayerName {
  readonly object: ObjectFacts;
}

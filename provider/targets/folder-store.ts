import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { randomHex, systemRandom } from "../random.ts";
import { Catalog } from "./catalog.ts";
import type { KeyRing } from "./key-ring.ts";
import { MachineFolder, type WriterFence } from "./machine-folder.ts";
import { pinnedPoints } from "./machine-lock.ts";
import { pointIdOf, sequenceOf } from "./point-folder.ts";
import { checkReach, explainFailure } from "./reach-store.ts";
import type { RecoveryPoint } from "./recovery-point.ts";
import type {
  ReplicaStore,
  RetentionResult,
  StoreUsage,
  VerifyFinding,
  VerifyOptions,
  VerifyResult,
} from "./replica-store.ts";
import { type SecretKind, secretKindsOf, type StoreSecret, wrapStoreKey } from "./store-key.ts";
import { compactMachine } from "./upkeep/compact-machine.ts";
import { measureUsage } from "./upkeep/measure-usage.ts";
import { verifyStore } from "./upkeep/verify-store.ts";
import { said } from "../message.ts";

const removedEnding = ".removed";

/** A replica store in a folder: `store.key` and `machines/<name>/`. See replica-store.ts for its promises. */
export class FolderStore implements ReplicaStore {
  readonly folder: string;
  readonly files: FileSystem;
  readonly threads: number;
  readonly #ring: KeyRing;
  readonly #fence: WriterFence | undefined;

  constructor(files: FileSystem, folder: string, ring: KeyRing, threads: number, fence?: WriterFence) {
    this.#fence = fence;
    this.files = files;
    this.folder = folder;
    this.#ring = ring;
    this.threads = threads;
  }

  get #machinesFolder(): string {
    return path.join(this.folder, "machines");
  }

  machine(machineId: string): MachineFolder {
    this.#checkReach();
    return new MachineFolder(
      this.files,
      this.#ring,
      { machinesFolder: this.#machinesFolder, machineId },
      this.#fence,
    );
  }

  explain(error: unknown): unknown {
    return explainFailure(this.files, this.folder, this.#storeId, error);
  }

  machineIds(): string[] {
    return this.#folders()
      .map((folder) => MachineFolder.readId(this.files, this.#ring, folder))
      .sort();
  }

  recoveryPoints(machineId: string, onDamaged?: (error: Error, sequence: number) => void): RecoveryPoint[] {
    const { points } = this.machine(machineId);
    return points.all(onDamaged && ((error, name) => onDamaged(error, sequenceOf(name))));
  }

  findPoint(pointId: string): RecoveryPoint {
    for (const folder of this.#folders()) {
      const names = this.files.list(path.join(folder, "points"));
      if (!names.some((name) => name.endsWith(`-${pointId}.point`))) continue;
      const point = this.machine(this.#idOf(folder)).points.find(pointId);
      if (point !== undefined) return point;
    }
    const message = said`There is no recovery point ${pointId} in ${this.folder}; it may have been dropped by
        retention. List the machine's recovery points.`;
    throw new SiteRecoveryError("NotFound", message, { target: pointId });
  }

  /** The id of a folder's machine, found in another folder when the two files were mixed up. Throws `Damaged`. */
  #idOf(folder: string): string {
    try {
      return MachineFolder.readId(this.files, this.#ring, folder);
    } catch (error) {
      if (!hasCode(error, "Damaged")) throw error;
      const id = this.#claimedIds().find((claimed) => this.#ring.nameOf(claimed) === path.basename(folder));
      if (id !== undefined) return id;
      throw error;
    }
  }

  /** Ids that can be read in any machine's folder. */
  #claimedIds(): string[] {
    return this.#folders().flatMap((folder) => {
      try {
        return [MachineFolder.claimedId(this.files, this.#ring, folder)];
      } catch (error) {
        if (hasCode(error, "Damaged")) return [];
        throw error;
      }
    });
  }

  async retain(
    machineId: string,
    keep: (points: readonly RecoveryPoint[]) => Iterable<string>,
  ): Promise<RetentionResult> {
    const machine = this.machine(machineId);
    const release = machine.lock();
    try {
      const unreadable: string[] = [];
      const points = machine.points.all((_error, name) => unreadable.push(name));
      const staying = new Set(keep(points));
      for (const pinned of pinnedPoints(this.files, machine.folder)) staying.add(pinned);
      const newest = points.at(-1);
      if (newest !== undefined) staying.add(newest.id);
      const leaving = points.filter((point) => !staying.has(point.id));
      // A point that cannot be read has no known time: it is dropped with the first later one.
      const last = Math.max(0, ...leaving.map((point) => point.sequence));
      const outdated = unreadable.filter((name) => sequenceOf(name) < last);
      const dropped = [...leaving.map((point) => point.id), ...outdated.map(pointIdOf)];
      if (dropped.length > 0) machine.confirm();
      machine.points.drop(new Set(dropped));
      const bytesFreed = dropped.length === 0 ? 0 : await compactWhatIsSound(machine);
      return { droppedPointIds: dropped, bytesFreed };
    } catch (error) {
      throw this.explain(error);
    } finally {
      release();
    }
  }

  async compact(machineId: string): Promise<number> {
    const machine = this.machine(machineId);
    const release = machine.lock();
    try {
      machine.confirm();
      return await compactMachine(machine);
    } catch (error) {
      throw this.explain(error);
    } finally {
      release();
    }
  }

  removeMachine(machineId: string): void {
    const machine = this.machine(machineId);
    if (machine.exists) this.#removeLocked(machine, machineId);
    else if (this.files.exists(machine.folder)) this.#takeAway(machine.folder);
    for (const name of this.files.list(this.#machinesFolder)) {
      if (name.endsWith(removedEnding)) this.files.remove(path.join(this.#machinesFolder, name));
    }
  }

  #removeLocked(machine: MachineFolder, machineId: string): void {
    const release = machine.lock();
    try {
      if (pinnedPoints(this.files, machine.folder).size > 0) {
        const message = said`A recovery point of machine ${machineId} is being read. End the restore or the attached disk first.`;
        throw new SiteRecoveryError("InUse", message, { target: machineId });
      }
      machine.confirm();
      this.#takeAway(machine.folder);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** The folder loses its name first, so that a crash leaves no half of a machine. */
  #takeAway(folder: string): void {
    const suffix = randomHex(systemRandom, 4);
    this.files.rename(folder, `${folder}.${suffix}${removedEnding}`);
    this.files.syncFolder(this.#machinesFolder);
  }

  async verify(
    onFinding: (finding: VerifyFinding) => void,
    options: VerifyOptions = {},
  ): Promise<VerifyResult> {
    const store = {
      folders: this.#folders(),
      readId: (folder: string) => MachineFolder.readId(this.files, this.#ring, folder),
      claimedIds: () => this.#claimedIds(),
      machine: (machineId: string) => this.machine(machineId),
    };
    const result = await verifyStore(store, onFinding, options);
    let damagedEntries = 0;
    const entries = this.catalog().all((error, objectPath) => {
      damagedEntries += 1;
      onFinding({ machineId: undefined, objectPath, message: error.message, pointIds: [] });
    });
    return {
      ...result,
      objectsRead: result.objectsRead + entries.length + damagedEntries,
      findingCount: result.findingCount + damagedEntries,
    };
  }

  usage(machineId: string): StoreUsage {
    return measureUsage(this.files, this.machine(machineId).folder);
  }

  rotateKey(secret: StoreSecret): void {
    this.#checkReach();
    wrapStoreKey(this.files, path.join(this.folder, "store.key"), this.#ring.spec, secret);
  }

  secretKinds(): SecretKind[] {
    this.#checkReach();
    return secretKindsOf(this.files, path.join(this.folder, "store.key"));
  }

  catalog(): Catalog {
    this.#checkReach();
    return new Catalog(this.files, this.#ring, this.folder);
  }

  /** A folder that is not the store any more is not read as an empty one, and nothing is made in it. */
  #checkReach(): void {
    checkReach(this.files, this.folder, this.#storeId);
  }

  get #storeId(): string {
    return Buffer.from(this.#ring.storeId).toString("hex");
  }

  /** Folders of machines; one that was never named or is being removed does not count. */
  #folders(): string[] {
    this.#checkReach();
    return this.files
      .list(this.#machinesFolder)
      .filter((name) => /^[0-9a-f]{32}$/.test(name))
      .map((name) => path.join(this.#machinesFolder, name))
      .filter(
        (folder) =>
          this.files.exists(path.join(folder, "machine.sealed")) ||
          this.files.list(path.join(folder, "points")).some((name) => /\.(sealed|point)$/.test(name)),
      );
  }
}

/** While there is a damaged object it is not known what it needs: the space becomes free once it is dropped or repaired. */
async function compactWhatIsSound(machine: MachineFolder): Promise<number> {
  try {
    return await compactMachine(machine);
  } catch (error) {
    if (hasCode(error, "Damaged")) return 0;
    throw error;
  }
}

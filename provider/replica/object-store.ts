import type { FileSystem } from "../blocks/file-system.ts";
import { hasCode } from "../errors.ts";
import type { Objects } from "../ports/objects.ts";
import { Catalog } from "./catalog.ts";
import type { KeyRing } from "./key-ring.ts";
import { MachineFolder, machineName } from "./machine-folder.ts";
import type { WriterFence } from "./writer-fence.ts";
import type { StorePlaces } from "./store-places.ts";
import type { KeptObjects } from "./remove-unlocked.ts";
import { locksOf } from "./retention-lock.ts";
import { RemovedMachines } from "./removed-machines.ts";
import { pointIdOf, sequenceOf } from "./point-name.ts";
import { explainFailure, StoreReach } from "./reach-store.ts";
import { noSuchPoint, type RecoveryPoint } from "./recovery-point.ts";
import type {
  KeptPoints,
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

/** A replica store over any `Objects`: `store.key` and `machines/<name>/`. See replica-store.ts for its promises. */
export class ObjectStore implements ReplicaStore {
  readonly objects: Objects;
  readonly threads: number;
  readonly #places: StorePlaces;
  readonly #ring: KeyRing;
  readonly #reach: StoreReach;
  readonly #removed: RemovedMachines;
  readonly #fence: WriterFence | undefined;

  constructor(places: StorePlaces, ring: KeyRing, threads: number, fence?: WriterFence) {
    this.#fence = fence;
    this.#places = places;
    this.objects = places.objects;
    this.#ring = ring;
    this.#reach = new StoreReach(places.objects, this.#storeId);
    this.#removed = new RemovedMachines(places.objects);
    this.threads = threads;
  }

  get place(): string {
    return this.objects.place;
  }

  get files(): FileSystem {
    return this.#places.spool.files;
  }

  async machine(machineId: string): Promise<MachineFolder> {
    await this.#checkReach();
    return this.#machine(machineId);
  }

  #machine(machineId: string): MachineFolder {
    return new MachineFolder(this.#places, this.#ring, machineId, this.#fence);
  }

  explain(error: unknown): Promise<unknown> {
    return explainFailure(this.objects, this.#storeId, error);
  }

  async machineIds(): Promise<string[]> {
    const ids: string[] = [];
    for (const name of await this.#names())
      ids.push(await MachineFolder.readId(this.objects, this.#ring, name));
    return ids.sort();
  }

  async recoveryPoints(
    machineId: string,
    onDamaged?: (error: Error, sequence: number) => void,
  ): Promise<RecoveryPoint[]> {
    const { points } = await this.machine(machineId);
    return points.all(onDamaged && ((error, name) => onDamaged(error, sequenceOf(name))));
  }

  async findPoint(pointId: string): Promise<RecoveryPoint> {
    for (const name of await this.#names()) {
      const point = await this.#machine(await this.#idOf(name)).points.find(pointId);
      if (point !== undefined) return point;
    }
    throw noSuchPoint(this.place, pointId);
  }

  /** The id of the machine of a name, found in another one's place when the two were mixed up. Throws `Damaged`. */
  async #idOf(name: string): Promise<string> {
    try {
      return await MachineFolder.readId(this.objects, this.#ring, name);
    } catch (error) {
      if (!hasCode(error, "Damaged")) throw error;
      const id = (await this.#claimedIds()).find((claimed) => machineName(this.#ring, claimed) === name);
      if (id !== undefined) return id;
      throw error;
    }
  }

  /** Ids that can be read in any machine's place. */
  async #claimedIds(): Promise<string[]> {
    const ids: string[] = [];
    for (const name of await this.#names()) {
      try {
        ids.push(await MachineFolder.claimedId(this.objects, this.#ring, name));
      } catch (error) {
        if (!hasCode(error, "Damaged")) throw error;
      }
    }
    return ids;
  }

  async retain(
    machineId: string,
    keep: (points: readonly RecoveryPoint[]) => Iterable<string>,
  ): Promise<RetentionResult> {
    const machine = await this.machine(machineId);
    const release = await machine.lock();
    try {
      const unreadable: string[] = [];
      const points = await machine.points.all((_error, name) => unreadable.push(name));
      const staying = new Set(keep(points));
      for (const pinned of await machine.pinned()) staying.add(pinned);
      const newest = points.at(-1);
      if (newest !== undefined) staying.add(newest.id);
      const { leaving, kept } = await this.#unlocked(
        machine,
        points.filter((point) => !staying.has(point.id)),
      );
      // A point that cannot be read has no known time: it is dropped with the first later one.
      const last = Math.max(0, ...leaving.map((point) => point.sequence));
      const outdated = !this.objects.traits.mayRemove
        ? []
        : unreadable.filter((name) => sequenceOf(name) < last);
      const dropped = [...leaving.map((point) => point.id), ...outdated.map(pointIdOf)];
      if (dropped.length > 0) machine.confirm();
      await machine.points.drop(new Set(dropped));
      const bytesFreed = dropped.length === 0 ? 0 : await compactWhatIsSound(machine);
      return { droppedPointIds: dropped, bytesFreed, kept };
    } catch (error) {
      throw await this.explain(error);
    } finally {
      await release();
    }
  }

  /** Which of the points that are to go may go now. A point whose object is locked counts until its lock ends. */
  async #unlocked(
    machine: MachineFolder,
    points: readonly RecoveryPoint[],
  ): Promise<{ leaving: readonly RecoveryPoint[]; kept: KeptPoints | undefined }> {
    const { mayRemove, retentionLock } = this.objects.traits;
    if (points.length === 0 || (mayRemove && !retentionLock)) return { leaving: points, kept: undefined };
    if (!mayRemove) return { leaving: [], kept: { count: points.length, until: undefined } };
    const ends = await locksOf(
      this.objects,
      points.map((point) => machine.points.objectOf(point)),
    );
    const leaving = points.filter((point) => !ends.has(machine.points.objectOf(point)));
    const count = points.length - leaving.length;
    return { leaving, kept: count === 0 ? undefined : { count, until: Math.min(...ends.values()) } };
  }

  async compact(machineId: string): Promise<number> {
    if (!this.objects.traits.mayRemove) return 0;
    const machine = await this.machine(machineId);
    const release = await machine.lock();
    try {
      machine.confirm();
      return await compactMachine(machine);
    } catch (error) {
      throw await this.explain(error);
    } finally {
      await release();
    }
  }

  async removeMachine(machineId: string): Promise<KeptObjects> {
    const kept = await (await this.machine(machineId)).remove();
    await this.finishRemovals();
    return kept;
  }

  async finishRemovals(): Promise<KeptObjects> {
    const kept = await Array.fromAsync(await this.#removed.names(), (name) => this.#finishRemoval(name));
    const ends = kept.flatMap(({ until }) => until ?? []);
    return {
      names: new Set(kept.flatMap(({ names }) => [...names])),
      until: ends.length === 0 ? undefined : Math.min(...ends),
    };
  }

  /** What a killed process, or a lock, has left of a removal. */
  async #finishRemoval(name: string): Promise<KeptObjects> {
    try {
      const claim = await this.#places.claims.claim(name, undefined);
      try {
        return await this.#removed.finish(name);
      } finally {
        await claim.release();
      }
    } catch (error) {
      // The holder of the claim does it.
      if (!hasCode(error, "Busy")) throw error;
      return { names: new Set(), until: undefined };
    }
  }

  async verify(
    onFinding: (finding: VerifyFinding) => void,
    options: VerifyOptions = {},
  ): Promise<VerifyResult> {
    const store = {
      objects: this.objects,
      names: await this.#names(),
      readId: (name: string) => MachineFolder.readId(this.objects, this.#ring, name),
      claimedIds: () => this.#claimedIds(),
      machine: (machineId: string) => this.#machine(machineId),
    };
    const result = await verifyStore(store, onFinding, options);
    let damagedEntries = 0;
    const entries = await (
      await this.catalog()
    ).all((error, objectPath) => {
      damagedEntries += 1;
      onFinding({ machineId: undefined, objectPath, message: error.message, pointIds: [] });
    });
    return {
      ...result,
      objectsRead: result.objectsRead + entries.length + damagedEntries,
      findingCount: result.findingCount + damagedEntries,
    };
  }

  async usage(machineId: string): Promise<StoreUsage> {
    return measureUsage(this.objects, (await this.machine(machineId)).name);
  }

  async rotateKey(secret: StoreSecret): Promise<void> {
    await this.#checkReach();
    await wrapStoreKey(this.objects, this.files, this.#ring.spec, secret);
  }

  async secretKinds(): Promise<SecretKind[]> {
    await this.#checkReach();
    return secretKindsOf(this.objects);
  }

  async catalog(): Promise<Catalog> {
    await this.#checkReach();
    return new Catalog(this.objects, this.#ring);
  }

  #checkReach(): Promise<void> {
    return this.#reach.check();
  }

  get #storeId(): string {
    return Buffer.from(this.#ring.storeId).toString("hex");
  }

  /** Names of machines; one that was never named or is being removed does not count. */
  async #names(): Promise<string[]> {
    await this.#checkReach();
    const removed = await this.#removed.names();
    const names = new Set<string>();
    for await (const { name } of this.objects.list("machines/")) {
      const [, machine] =
        /^(machines\/[0-9a-f]{32})\/(?:machine\.sealed|points\/[^/]+\.(?:sealed|point))$/.exec(name) ?? [];
      if (machine !== undefined && !removed.has(machine)) names.add(machine);
    }
    return [...names];
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

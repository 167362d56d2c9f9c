/**
 * The recovery points of one machine: a sealed object each, `<sequence>.point`, and a roster that names
 * them all. A point counts from the moment its object is there; the roster is written right after, so that
 * a deleted object is missed. Dropping goes the other way round: roster first, then the objects.
 */
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { systemRandom } from "../random.ts";
import { countedAtOf, elapsedBetween } from "./counted-time.ts";
import type { KeyRing } from "./key-ring.ts";
import type { Objects, WriterEpoch } from "../ports/objects.ts";
import { pointIdOf, pointNameOf, sequenceOf } from "./point-name.ts";
import { PointObjects } from "./point-objects.ts";
import { contentIdOf, type PointIdentity, type RecoveryPoint } from "./recovery-point.ts";
import { type PointGuard, putUnderClaim, type Roster, RosterObject } from "./roster.ts";
import { removeUnlocked } from "./remove-unlocked.ts";
import { sealObject } from "./sealed-object.ts";
import { said } from "../message.ts";

export type PointDraft = Omit<
  RecoveryPoint,
  "machineId" | "sequence" | "contentId" | "countedAt" | "engineId" | "epoch" | "processed"
>;

const noGuard: PointGuard = { writer: () => undefined, claim: () => undefined };

export interface Publication {
  /** The number of the last point that the writer knows of: the new one gets a higher number. Default 0. */
  readonly afterSequence?: number;
  /** Called with the point before its object appears, so that its writer recognises it after a crash. */
  readonly onNamed?: (point: PointIdentity) => void;
  /** Until when the point's object is locked, in milliseconds since 1970. */
  readonly lockedUntil?: number | undefined;
}

export class PointFolder {
  /** What messages call the place of the points. */
  readonly folder: string;
  readonly #objects: Objects;
  readonly #name: string;
  readonly #ring: KeyRing;
  readonly #machineId: string;

  readonly #guard: PointGuard;
  readonly #roster: RosterObject;
  readonly #places: PointObjects;

  /** `name`: what the names of its objects begin with, without a slash at the end. */
  constructor(
    objects: Objects,
    ring: KeyRing,
    place: { name: string; machineId: string },
    guard: PointGuard = noGuard,
  ) {
    const { name, machineId } = place;
    this.#guard = guard;
    this.#objects = objects;
    this.#ring = ring;
    this.#name = name;
    this.folder = objects.placeOf(name);
    this.#machineId = machineId;
    this.#places = new PointObjects(objects, ring, place);
    this.#roster = new RosterObject(objects, ring, place, guard);
  }

  get rosterPath(): string {
    return this.#roster.path;
  }

  /** What messages call the object of a point's name. */
  pathOf(name: string): string {
    return this.#places.pathOf(name);
  }

  async prepare(): Promise<void> {
    if (!(await this.#roster.isThere())) {
      await this.#roster.write({ lastSequence: 0, names: [] }, { tag: undefined });
    }
  }

  /**
   * Leaves out the next number: a point that a former holder of the claim has sent, and that is still to arrive, has it,
   * and will not count.
   */
  async skipNumber(): Promise<void> {
    const found = await this.#roster.find();
    const { roster } = found;
    const names = this.#known(roster, await this.#places.names(roster));
    const last = Math.max(roster?.lastSequence ?? 0, ...names.map(sequenceOf));
    await this.#roster.write({ ...roster, lastSequence: last + 1, names }, found);
  }

  /** Names of the points that count, oldest first. */
  async names(): Promise<string[]> {
    const { roster } = await this.#roster.find();
    return this.#counting(roster, await this.#places.names(roster));
  }

  /** What the roster should know and does not was being dropped when the process ended. */
  #counting(roster: Roster | undefined, present: readonly string[]): string[] {
    const onRoster = new Set(roster?.names);
    return present.filter(
      (name) => roster === undefined || onRoster.has(name) || sequenceOf(name) > roster.lastSequence,
    );
  }

  /** What counts, and names of deleted objects, so that they are missed until retention has passed them. */
  #known(roster: Roster | undefined, present: readonly string[]): string[] {
    return [...new Set([...(roster?.names ?? []), ...this.#counting(roster, present)])].sort();
  }

  /** Names that are on the roster and not there: they were deleted. Throws `Damaged`. */
  async missingNames(): Promise<string[]> {
    const roster = await this.#roster.read();
    const present = new Set(await this.#places.names(roster));
    return roster.names.filter((name) => !present.has(name));
  }

  /** Names that do not count: what an interrupted drop has left, or what was put there. */
  async leftNames(): Promise<string[]> {
    const { roster } = await this.#roster.find();
    const present = await this.#places.names(roster);
    const counting = new Set(this.#counting(roster, present));
    return present.filter((name) => !counting.has(name));
  }

  read(name: string): Promise<RecoveryPoint> {
    return this.#places.read(name);
  }

  async latest(): Promise<RecoveryPoint | undefined> {
    const name = (await this.names()).at(-1);
    return name === undefined ? undefined : this.read(name);
  }

  /** The newest point that can be read. */
  async newestReadable(): Promise<RecoveryPoint | undefined> {
    return this.#newestOf(await this.names());
  }

  async #newestOf(names: readonly string[]): Promise<RecoveryPoint | undefined> {
    for (const name of names.toReversed()) {
      try {
        return await this.read(name);
      } catch (error) {
        if (!hasCode(error, "Damaged")) throw error;
      }
    }
    return undefined;
  }

  /** All points, oldest first. With `onDamaged`, damaged ones are reported and left out. */
  async all(onDamaged?: (error: Error, name: string) => void): Promise<RecoveryPoint[]> {
    const points: RecoveryPoint[] = [];
    for (const name of await this.names()) {
      try {
        points.push(await this.read(name));
      } catch (error) {
        if (onDamaged === undefined || !(error instanceof SiteRecoveryError)) throw error;
        onDamaged(error, name);
      }
    }
    return points;
  }

  async find(pointId: string): Promise<RecoveryPoint | undefined> {
    const name = (await this.names()).find((candidate) => pointIdOf(candidate) === pointId);
    return name === undefined ? undefined : this.read(name);
  }

  async publish(draft: PointDraft, publication: Publication = {}): Promise<RecoveryPoint> {
    const { afterSequence = 0, onNamed, lockedUntil } = publication;
    const found = await this.#roster.find();
    const { roster } = found;
    const lastOnRoster = roster?.lastSequence ?? 0;
    const present = await this.#places.names(roster);
    const names = this.#known(roster, present);
    const sequence = Math.max(afterSequence, lastOnRoster, ...present.map(sequenceOf)) + 1;
    // Each look is a way there and back; under the claim no other process changes what was seen.
    const before = await this.#newestOf(this.#counting(roster, present));
    const writer = this.#requireEpoch(roster, before);
    const countedAt = before ? countedAtOf(before) + elapsedBetween(before, draft) : draft.takenAt;
    const named = { ...draft, ...writer, machineId: this.#machineId, sequence, countedAt };
    const point: RecoveryPoint = { ...named, contentId: contentIdOf(named), processed: true };
    onNamed?.(point);
    const name = pointNameOf(point);
    const sealed = sealObject(
      this.#ring,
      { kind: "point", objectId: systemRandom.bytes(16), scope: this.#machineId },
      point,
    );
    await putUnderClaim(this.#objects, this.#guard, this.#places.newObject(name), sealed, "ifAbsent", {
      ...(lockedUntil !== undefined && { lockedUntil }),
    });
    await this.#roster.write({ ...roster, lastSequence: sequence, names: [...names, name] }, found);
    return point;
  }

  /** Drops points by id, and clears what an interrupted drop or publication left. */
  async drop(pointIds: ReadonlySet<string>): Promise<void> {
    const found = await this.#roster.find();
    const { roster } = found;
    const names = this.#counting(roster, await this.#places.names(roster));
    this.#requireEpoch(roster, await this.#newestOf(names));
    const kept = names.filter((name) => !pointIds.has(pointIdOf(name)));
    const last = Math.max(roster?.lastSequence ?? 0, ...names.map(sequenceOf));
    const oldest = Math.min(...kept.map(sequenceOf));
    const missed = roster?.names.filter((name) => !names.includes(name) && sequenceOf(name) > oldest) ?? [];
    if (kept.length !== names.length) {
      await this.#roster.write({ ...roster, lastSequence: last, names: [...kept, ...missed].sort() }, found);
    }
    const staying = new Set([...kept.map((name) => this.#places.objectOf(name)), this.#roster.name]);
    const present = await Array.fromAsync(this.#objects.list(`${this.#name}/`), ({ name }) => name);
    // Asked after looking: a point of a process that takes over now is not among those that go.
    await this.#guard.claim()?.check();
    await removeUnlocked(
      this.#objects,
      present.filter((name) => !staying.has(name)),
    );
  }

  /** The name of the object of a point that was read, or published, here. */
  objectOf(point: PointIdentity): string {
    return this.#places.objectOf(pointNameOf(point));
  }

  /** The latest epoch that an engine has written under; 0 before it has. */
  async latestEpochOf(engineId: string): Promise<number> {
    const { roster } = await this.#roster.find();
    const newest = await this.#newestOf(this.#counting(roster, await this.#places.names(roster)));
    return this.#latestEpoch(engineId, roster, newest);
  }

  #latestEpoch(engineId: string, roster: Roster | undefined, newest: RecoveryPoint | undefined): number {
    const published = newest?.engineId === engineId ? (newest.epoch ?? 0) : 0;
    return Math.max(roster?.epochs?.[engineId] ?? 0, published);
  }

  /** Throws `LeaseLost` when this engine has written under a later epoch than the one of now. */
  #requireEpoch(roster: Roster | undefined, newest: RecoveryPoint | undefined): WriterEpoch | undefined {
    const writer = this.#guard.writer();
    if (writer === undefined) return undefined;
    const latest = this.#latestEpoch(writer.engineId, roster, newest);
    if (latest <= writer.epoch) return writer;
    const message = said`The replica in ${this.#objects.placeOf(this.#name.slice(0, this.#name.lastIndexOf("/")))} was written under a later lease (${latest}) than this process has
        (${writer.epoch}): another process has taken over, or the engine's database is an older copy. Look at
        \`siterecovery status\`; \`siterecovery replicate <item> --resync\` continues with this database.`;
    throw new SiteRecoveryError("LeaseLost", message, { target: this.folder });
  }
}

import { hasCode, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { Objects } from "../ports/objects.ts";
import { damagedObject } from "./damaged-object.ts";
import type { KeyRing } from "./key-ring.ts";
import {
  isNameOfFormat1,
  isUnread,
  pointNameOf,
  pointObjectName,
  sequenceOf,
  sequenceOfObject,
  unreadPointName,
} from "./point-name.ts";
import { contentIdOf, type RecoveryPoint } from "./recovery-point.ts";
import type { Roster } from "./roster.ts";
import { openSealedObject } from "./sealed-object.ts";

/** The objects of a machine's recovery points, of both formats: which point is in which of them, and what it says. */
export class PointObjects {
  readonly #objects: Objects;
  readonly #ring: KeyRing;
  readonly #folder: string;
  readonly #machineId: string;
  /** By name of a point: its object's, as it was seen last. */
  readonly #objectOf = new Map<string, string>();

  /** `place.name`: what the names of the objects begin with, without a slash at the end. */
  constructor(objects: Objects, ring: KeyRing, place: { name: string; machineId: string }) {
    this.#objects = objects;
    this.#ring = ring;
    this.#folder = place.name;
    this.#machineId = place.machineId;
  }

  /** The object that holds a point of this name, as it was seen last; else the one that it would be in. */
  objectOf(name: string): string {
    return this.#objectOf.get(name) ?? this.newObject(name);
  }

  /** The object that a new point of this name becomes. */
  newObject(name: string): string {
    return `${this.#folder}/${pointObjectName(name)}`;
  }

  /** What messages call the object of a point's name. */
  pathOf(name: string): string {
    return this.#objects.placeOf(this.objectOf(name));
  }

  /** Names of the points whose objects are there, in order. An object that counts and is not on the roster is read. */
  async names(roster: Roster | undefined): Promise<string[]> {
    const present = await Array.fromAsync(this.#objects.list(`${this.#folder}/`), ({ name }) =>
      name.slice(this.#folder.length + 1),
    );
    const names = new Set(present.filter(isNameOfFormat1));
    for (const name of names) this.#objectOf.set(name, `${this.#folder}/${name}`);
    const onRoster = new Map(roster?.names.map((name) => [sequenceOf(name), name]));
    for (const objectName of present) {
      const sequence = sequenceOfObject(objectName);
      if (sequence === undefined) continue;
      const known = onRoster.get(sequence);
      // A number that a point of format 1 has already is a late writer's, and does not count.
      const isTaken = known !== undefined && names.has(known);
      const countsNot = isTaken || (known === undefined && sequence <= (roster?.lastSequence ?? -1));
      const name = countsNot ? unreadPointName(sequence) : (known ?? (await this.#nameIn(objectName)));
      this.#objectOf.set(name, `${this.#folder}/${objectName}`);
      names.add(name);
    }
    return [...names].sort();
  }

  /** The name of the point that an object holds. */
  async #nameIn(objectName: string): Promise<string> {
    const place = `${this.#folder}/${objectName}`;
    const object = await this.#objects.get(place);
    try {
      if (object !== undefined) return pointNameOf(this.#open(object.bytes, this.#objects.placeOf(place)));
    } catch (error) {
      if (!hasCode(error, "Damaged")) throw error;
    }
    return unreadPointName(sequenceOf(objectName));
  }

  /** The point of a name. Throws `NotFound`, and `Damaged` if another one is in its place. */
  async read(name: string): Promise<RecoveryPoint> {
    const bytes = await this.#get(name);
    const filePath = this.pathOf(name);
    const point = this.#open(bytes, filePath);
    const isOther = isUnread(name) ? point.sequence !== sequenceOf(name) : pointNameOf(point) !== name;
    if (isOther) throw damagedObject(filePath, "it is another recovery point's file");
    if (point.contentId !== undefined && point.contentId !== contentIdOf(point)) {
      throw damagedObject(filePath, "its content id is not that of its content");
    }
    return point;
  }

  async #get(name: string): Promise<Buffer> {
    // Unless objects were listed, it is not known of which format its own is.
    for (const place of new Set([this.objectOf(name), `${this.#folder}/${name}`])) {
      const object = await this.#objects.get(place);
      if (object === undefined) continue;
      this.#objectOf.set(name, place);
      return object.bytes;
    }
    const message = said`Cannot read ${this.pathOf(name)}: it does not exist.`;
    throw new SiteRecoveryError("NotFound", message, { target: this.pathOf(name) });
  }

  #open(bytes: Buffer, filePath: string): RecoveryPoint {
    const sealedName = { kind: "point", scope: this.#machineId } as const;
    return openSealedObject(this.#ring, sealedName, bytes, filePath).content as RecoveryPoint;
  }
}

/** The roster of a machine's recovery points, `roster.sealed`: which points count, so that a deleted one is missed. */
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { Body, Claim, Objects, PutOptions, PutRule, Tag, WriterEpoch } from "../ports/objects.ts";
import { systemRandom } from "../random.ts";
import type { KeyRing } from "./key-ring.ts";
import { openSealedObject, sealObject } from "./sealed-object.ts";

/** What is asked before anything of a machine's recovery points changes. */
export interface PointGuard {
  /** Under which lease the points are changed now, or `undefined` for a writer without one. */
  writer(): WriterEpoch | undefined;
  /** The claim of the process that changes the points now, or `undefined` for a writer without one. */
  claim(): Claim | undefined;
}

export interface Roster {
  readonly lastSequence: number;
  /** Names of the points that count, in order. */
  readonly names: readonly string[];
  /** By engine: the latest epoch that it has written under. Absent in rosters of earlier versions. */
  readonly epochs?: Readonly<Record<string, number>>;
}

/** A roster as it was found. */
export interface FoundRoster {
  /** `undefined` if it is missing or damaged: that costs the proof that no point was deleted, nothing else. */
  readonly roster?: Roster;
  /** The state of its object; `undefined` if there is none. */
  readonly tag: Tag | undefined;
}

export class RosterObject {
  readonly #objects: Objects;
  readonly #ring: KeyRing;
  readonly #folder: string;
  readonly #machineId: string;
  readonly #guard: PointGuard;

  /** `place.name`: what the names of the machine's points begin with, without a slash at the end. */
  constructor(
    objects: Objects,
    ring: KeyRing,
    place: { name: string; machineId: string },
    guard: PointGuard,
  ) {
    this.#objects = objects;
    this.#ring = ring;
    this.#folder = place.name;
    this.#machineId = place.machineId;
    this.#guard = guard;
  }

  /** What messages call it. */
  get path(): string {
    return this.#objects.placeOf(this.name);
  }

  /** The name of its object. */
  get name(): string {
    return `${this.#folder}/${rosterName}`;
  }

  async isThere(): Promise<boolean> {
    return (await this.#objects.facts(this.name)) !== undefined;
  }

  /** Throws `Damaged`, and `NotFound`. */
  async read(): Promise<Roster> {
    const object = await this.#objects.get(this.name);
    if (object !== undefined) return this.#open(object.bytes);
    const message = said`Cannot read ${this.path}: it does not exist.`;
    throw new SiteRecoveryError("NotFound", message, { target: this.path });
  }

  async find(): Promise<FoundRoster> {
    const object = await this.#objects.get(this.name);
    if (object === undefined) return { tag: undefined };
    try {
      return { roster: this.#open(object.bytes), tag: object.tag };
    } catch (error) {
      if (hasCode(error, "Damaged")) return { tag: object.tag };
      throw error;
    }
  }

  /** Writes a roster in place of the one that was found. Throws `LeaseLost` when another process was faster. */
  async write(roster: Roster, found: FoundRoster): Promise<void> {
    const name = { kind: "roster", objectId: systemRandom.bytes(16), scope: this.#machineId } as const;
    const writer = this.#guard.writer();
    const epochs = writer && { epochs: { ...roster.epochs, [writer.engineId]: writer.epoch } };
    const sealed = sealObject(this.#ring, name, { ...roster, ...epochs });
    const { holdsPuts = true } = this.#guard.claim() ?? {};
    await putUnderClaim(
      this.#objects,
      this.#guard,
      this.name,
      sealed,
      holdsPuts ? "replace" : inPlaceOf(found),
    );
  }

  #open(bytes: Buffer): Roster {
    const name = { kind: "roster", scope: this.#machineId } as const;
    return openSealedObject(this.#ring, name, bytes, this.path).content as Roster;
  }
}

const rosterName = "roster.sealed";

function inPlaceOf({ tag }: FoundRoster): PutRule {
  return tag === undefined ? "ifAbsent" : { ifTag: tag };
}

/** Puts an object in its place, unless another process has taken the machine's replica over: then it throws `LeaseLost`. */
export async function putUnderClaim(
  objects: Objects,
  guard: Pick<PointGuard, "claim">,
  name: string,
  content: Body,
  rule: PutRule,
  options: PutOptions = {},
): Promise<void> {
  const claim = guard.claim();
  const tag = await objects.put(name, content, rule, { ...options, ...(claim && { claim }) });
  if (tag !== "lost") return;
  const place = objects.placeOf(name);
  const message = said`Another process has written ${place}. This one writes nothing there. Run the command again.`;
  throw new SiteRecoveryError("LeaseLost", message, { target: place });
}

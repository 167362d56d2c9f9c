/**
 * Claims and pins of a place of object storage: small objects below `claims/`, whose changes are all conditional. A claim's
 * object stays when the claim is released, so that nothing is ever removed that another process may have made its own.
 */
import { threadId } from "node:worker_threads";
import pLimit from "p-limit";
import { systemClock } from "../clock.ts";
import { hasCode, isExpected, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { Claim, Claims, Objects, Tag, WriterEpoch } from "../ports/objects.ts";
import { claimLost } from "./claim-lost.ts";
import { lifeOf, processIdentity } from "../process-identity.ts";
import { randomHex, systemRandom } from "../random.ts";

/** A claim that was not renewed for longer, by the server's clock, is free if its process cannot be tested. In milliseconds. */
export const claimMilliseconds = 60_000;
const renewalMilliseconds = 15_000;
/** The same for pins: a reader whose line is away for a while must not lose its point. */
const pinMilliseconds = 600_000;
const pinRenewalMilliseconds = 60_000;

/** What a claim or pin says. */
interface Note {
  readonly format: 1;
  /** Chosen for each claim and pin; `undefined` when the claim is free. */
  readonly nonce?: string;
  readonly process?: string;
  readonly engineId?: string;
  readonly epoch?: number;
  /** Grows with each renewal, so that no two states of the object are equal. */
  readonly turn: number;
  /** The claim was taken away from its holder: what that one has sent may still arrive. */
  readonly isTakenAway?: boolean;
}

interface FoundNote extends Partial<Note> {
  readonly tag: Tag;
}

/** Claims and pins of this process that were not released. One that could not be is not its own any more. */
const held = new Set<string>();

export class ObjectClaims implements Claims {
  readonly #objects: Objects;

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  async claim(prefix: string, writer: WriterEpoch | undefined): Promise<Claim> {
    const name = claimOf(prefix);
    const found = await this.#find(name);
    if (found !== undefined && (await this.#isHeld(found, name, claimMilliseconds, writer)))
      throw this.#busy(prefix);
    const note = { ...noteOfThisProcess(), ...writer };
    const tag = await this.#put(name, note, found);
    if (tag === "lost") throw this.#busy(prefix);
    held.add(note.nonce);
    const wasTakenOver = found !== undefined && (found.nonce !== undefined || found.isTakenAway === true);
    return new HeldClaim(this.#objects, { name, prefix, note, tag }, wasTakenOver);
  }

  async fence(prefix: string, writer: WriterEpoch): Promise<void> {
    const name = claimOf(prefix);
    const found = await this.#find(name);
    if (found === undefined || !isOfFormerLease(found, writer)) return;
    await this.#put(name, { format: 1, turn: (found.turn ?? 0) + 1, isTakenAway: true }, found);
  }

  async pin(prefix: string, pointId: string): Promise<() => Promise<void>> {
    const note = noteOfThisProcess();
    const name = `${pinsOf(prefix)}${pointId}.${note.nonce}.pin`;
    const write = (turn: number) => this.#objects.put(name, encode({ ...note, turn }), "replace");
    held.add(note.nonce);
    try {
      await write(0);
    } catch (error) {
      // Reading must work with an identity that may not write. A point that is dropped meanwhile fails with an error.
      if (hasCode(error, "TargetUnreachable", "DiskFull", "InUse")) return () => Promise.resolve();
      throw error;
    }
    const stop = renewing(pinRenewalMilliseconds, write);
    return async () => {
      await stop();
      held.delete(note.nonce);
      // Where nothing may be removed, it ends when it is too old.
      if (this.#objects.traits.mayRemove) await this.#objects.remove([name]);
    };
  }

  async pinned(prefix: string): Promise<ReadonlySet<string>> {
    const pinned = new Set<string>();
    for (const { name } of await Array.fromAsync(this.#objects.list(pinsOf(prefix)))) {
      const found = await this.#find(name);
      if (found === undefined) continue;
      if (await this.#isHeld(found, name, pinMilliseconds)) {
        pinned.add(name.slice(pinsOf(prefix).length).split(".")[0]!);
      } else if (this.#objects.traits.mayRemove) await this.#objects.remove([name]);
    }
    return pinned;
  }

  async #find(name: string): Promise<FoundNote | undefined> {
    const object = await this.#objects.get(name);
    if (object === undefined) return undefined;
    return { ...decode(object.bytes), tag: object.tag };
  }

  async #isHeld(
    found: FoundNote,
    name: string,
    milliseconds: number,
    writer?: WriterEpoch,
  ): Promise<boolean> {
    if (found.nonce === undefined || (writer !== undefined && isOfFormerLease(found, writer))) return false;
    if (found.process === thisProcess()) return held.has(found.nonce);
    const life = found.process === undefined ? "unknown" : lifeOf(found.process);
    if (life !== "unknown") return life === "alive";
    // The server's clock alone: that of another computer may be wrong, and so may this one's.
    const facts = await this.#objects.facts(name);
    if (facts === undefined) return false;
    return (await this.#objects.now()) - facts.modifiedAt < milliseconds;
  }

  #put(name: string, note: Note, found: FoundNote | undefined): Promise<Tag | "lost"> {
    return this.#objects.put(name, encode(note), found === undefined ? "ifAbsent" : { ifTag: found.tag });
  }

  #busy(prefix: string): SiteRecoveryError {
    const place = this.#objects.placeOf(prefix);
    const message = said`Another operation is writing this machine's replica in ${place}. Try again when it is done; if its computer
        is lost, a minute later.`;
    return new SiteRecoveryError("Busy", message, { target: place });
  }
}

class HeldClaim implements Claim {
  readonly holdsPuts = false;
  readonly wasTakenOver: boolean;
  readonly #objects: Objects;
  readonly #name: string;
  readonly #prefix: string;
  readonly #note: Note;
  #tag: Tag | "lost";
  /** Renewals, checks and the release come one after the other: each needs the tag that the one before has left. */
  readonly #turn = pLimit(1);
  readonly #stop: () => Promise<void>;

  constructor(
    objects: Objects,
    claim: { name: string; prefix: string; note: Note; tag: Tag },
    wasTakenOver: boolean,
  ) {
    this.#objects = objects;
    this.#name = claim.name;
    this.#prefix = claim.prefix;
    this.#note = claim.note;
    this.#tag = claim.tag;
    this.wasTakenOver = wasTakenOver;
    this.#stop = renewing(renewalMilliseconds, (turn) =>
      this.#turn(() => this.#write({ ...claim.note, turn })),
    );
  }

  check(): Promise<void> {
    return this.#turn(async () => {
      const facts = this.#tag === "lost" ? undefined : await this.#objects.facts(this.#name);
      if (facts !== undefined && facts.tag === this.#tag) return;
      const place = this.#objects.placeOf(this.#prefix);
      throw claimLost(place, place);
    });
  }

  async release(): Promise<void> {
    await this.#stop();
    held.delete(this.#note.nonce!);
    try {
      await this.#turn(() => this.#write({ format: 1, turn: systemClock.now() }));
    } catch (error) {
      // What was done under the claim is done. The claim ends by itself.
      if (!isExpected(error)) throw error;
    }
  }

  /** Writes the claim's object again, if it is as this process left it. */
  async #write(note: Note): Promise<void> {
    if (this.#tag === "lost") return;
    this.#tag = await this.#objects.put(this.#name, encode(note), { ifTag: this.#tag });
  }
}

/** Calls the work from time to time with a number that grows. What fails is found by the work itself, or the next time. */
function renewing(milliseconds: number, work: (turn: number) => Promise<unknown>): () => Promise<void> {
  let turn = 0;
  let running: Promise<unknown> = Promise.resolve();
  const stop = systemClock.every(milliseconds, () => {
    turn += 1;
    running = work(turn).catch((error: unknown) => {
      if (!isExpected(error)) throw error;
    });
  });
  return async () => {
    stop();
    await running;
  };
}

function noteOfThisProcess(): Note & { nonce: string } {
  return { format: 1, nonce: randomHex(systemRandom, 16), process: thisProcess(), turn: 0 };
}

/** A thread of a process of a computer. */
function thisProcess(): string {
  return `${processIdentity()}:${threadId}`;
}

function isOfFormerLease({ nonce, engineId, epoch }: Partial<Note>, writer: WriterEpoch): boolean {
  return nonce !== undefined && engineId === writer.engineId && epoch !== undefined && epoch < writer.epoch;
}

function claimOf(prefix: string): string {
  return `claims/${prefix}/writer.claim`;
}

function pinsOf(prefix: string): string {
  return `claims/${prefix}/reading/`;
}

function encode(note: Note): Buffer {
  return Buffer.from(`${JSON.stringify(note)}\n`);
}

/** What cannot be read says nothing: it counts until it is too old. */
function decode(bytes: Buffer): Partial<Note> {
  try {
    const content = JSON.parse(bytes.toString("utf8")) as Partial<Note> | null;
    if (content?.format === 1) return content;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { nonce: "unreadable" };
}

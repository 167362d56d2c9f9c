/**
 * The chance of a world. Each turn draws from a source of its own, and picks among things by their names, so that a world
 * without some of its turns does in the others what it did before: that is what makes a failure's turns fewer.
 */
import { type Random, SeededRandom } from "../../provider/random.ts";

/** FNV-1a: the same number for the same text everywhere. */
function numberOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}

export class TurnRandom implements Random {
  readonly #seed: number;
  #turn = "start";
  #source: SeededRandom;

  constructor(seed: number) {
    this.#seed = seed;
    this.#source = new SeededRandom(numberOf(`${seed} start`));
  }

  begin(turn: number): void {
    this.#turn = String(turn);
    this.#source = new SeededRandom(numberOf(`${this.#seed} turn ${turn}`));
  }

  bytes(count: number): Uint8Array {
    return this.#source.bytes(count);
  }

  integer(limit: number): number {
    return this.#source.integer(limit);
  }

  /** A number of this turn that goes with a name, whatever else there is. */
  #rank(name: string): number {
    return new SeededRandom(numberOf(`${this.#seed} ${this.#turn} ${name}`)).integer(0x1_0000_0000);
  }

  /** The one whose name ranks highest in this turn: others that come or go change nothing, unless they rank higher. */
  choose<T extends { readonly name: string }>(things: readonly T[]): T {
    const ranked = things.map((thing) => ({ thing, rank: this.#rank(thing.name) }));
    return ranked.reduce((best, other) => (other.rank > best.rank ? other : best)).thing;
  }

  /** True in one turn of so many. */
  happens(name: string, oneOf: number): boolean {
    return this.#rank(`whether ${name}`) < 0x1_0000_0000 / oneOf;
  }
}

/**
 * The only file that draws chance. `systemRandom` is for real runs; `SeededRandom` repeats a run from its seed.
 * Key material always comes from `systemRandom`, whatever is injected elsewhere.
 */
import { randomBytes } from "node:crypto";

export interface Random {
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
  /** A whole number from 0 up to, not including, `limit`. */
  integer(limit: number): number;
}

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  integer: (limit) => Number(randomBytes(8).readBigUInt64BE() % BigInt(limit)),
};

/** A 32-bit counter-based generator (splitmix): small, and the same sequence for the same seed everywhere. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  #next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#next() & 0xff);
  }

  integer(limit: number): number {
    return Math.floor((this.#next() / 0x1_0000_0000) * limit);
  }
}

/** `count` random bytes as hexadecimal digits, drawn from the given source. */
export function randomHex(random: Random, count: number): string {
  return Buffer.from(random.bytes(count)).toString("hex");
}

/** A random version-4 UUID drawn from the given source. */
export function randomUuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

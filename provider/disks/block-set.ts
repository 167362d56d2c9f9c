/**
 * A set of block numbers of one disk, as one bit a block: 2 MiB of memory for a disk of 1 TiB.
 * Iteration is in ascending order.
 */
import { assert } from "../errors.ts";

/** A run of neighbouring blocks. */
export interface BlockRange {
  readonly firstBlock: number;
  readonly blockCount: number;
}

function bitsIn(byte: number): number {
  let rest = byte;
  let bits = 0;
  for (; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}

const bitsInByte = Uint8Array.from({ length: 256 }, (_, byte) => bitsIn(byte));

export class BlockSet implements Iterable<number> {
  /** How many blocks the disk has; members are 0 to this, exclusive. */
  readonly limit: number;
  readonly #bits: Uint8Array;
  #count = 0;

  constructor(limit: number) {
    this.limit = limit;
    this.#bits = new Uint8Array(Math.ceil(limit / 8));
  }

  /** How many blocks are in the set. */
  get count(): number {
    return this.#count;
  }

  has(block: number): boolean {
    return ((this.#bits[block >> 3] ?? 0) & (1 << (block & 7))) !== 0;
  }

  add(block: number): void {
    assert(block >= 0 && block < this.limit, `block ${block} is outside of 0…${this.limit}`);
    const before = this.#bits[block >> 3]!;
    const after = before | (1 << (block & 7));
    if (after === before) return;
    this.#bits[block >> 3] = after;
    this.#count += 1;
  }

  addRange(firstBlock: number, blockCount: number): void {
    for (let block = firstBlock; block < firstBlock + blockCount; block += 1) this.add(block);
  }

  hasRange(firstBlock: number, blockCount: number): boolean {
    for (let block = firstBlock; block < firstBlock + blockCount; block += 1) {
      if (!this.has(block)) return false;
    }
    return true;
  }

  addAll(other: BlockSet): void {
    assert(other.limit === this.limit, "two block sets of disks of different size cannot be merged");
    let count = 0;
    for (let index = 0; index < this.#bits.length; index += 1) {
      const merged = this.#bits[index]! | other.#bits[index]!;
      this.#bits[index] = merged;
      count += bitsInByte[merged]!;
    }
    this.#count = count;
  }

  *[Symbol.iterator](): Iterator<number> {
    for (let index = 0; index < this.#bits.length; index += 1) {
      const byte = this.#bits[index]!;
      if (byte === 0) continue;
      for (let bit = 0; bit < 8; bit += 1) {
        if ((byte & (1 << bit)) !== 0) yield index * 8 + bit;
      }
    }
  }

  /** The members as runs of neighbours, ascending, none longer than `maximumBlocks`. */
  *ranges(maximumBlocks = Number.MAX_SAFE_INTEGER): IterableIterator<BlockRange> {
    let firstBlock = -1;
    let blockCount = 0;
    for (const block of this) {
      if (block === firstBlock + blockCount && blockCount > 0 && blockCount < maximumBlocks) {
        blockCount += 1;
        continue;
      }
      if (blockCount > 0) yield { firstBlock, blockCount };
      firstBlock = block;
      blockCount = 1;
    }
    if (blockCount > 0) yield { firstBlock, blockCount };
  }
}

/**
 * Entries of a recovery-point map, packed: 32 bytes each instead of an object each, because a disk of 1 TiB
 * has sixteen million of them. Layout of one, little-endian: block u32, segment u32 (an index into the
 * file's segment table), offset u32, length u32 (0: the block is all zeros), checksum 16.
 */
export const entryBytes = 32;
export const checksumBytes = 16;

export class EntryTable {
  #bytes: Buffer;
  #count: number;

  /** With bytes: a table over them, as read from a file. Without: an empty one to push to. */
  constructor(bytes?: Buffer) {
    this.#bytes = bytes ?? Buffer.alloc(64 * entryBytes);
    this.#count = bytes === undefined ? 0 : bytes.length / entryBytes;
  }

  get count(): number {
    return this.#count;
  }

  block(index: number): number {
    return this.#bytes.readUInt32LE(index * entryBytes);
  }

  segment(index: number): number {
    return this.#bytes.readUInt32LE(index * entryBytes + 4);
  }

  offset(index: number): number {
    return this.#bytes.readUInt32LE(index * entryBytes + 8);
  }

  length(index: number): number {
    return this.#bytes.readUInt32LE(index * entryBytes + 12);
  }

  checksum(index: number): Buffer {
    return this.#bytes.subarray(index * entryBytes + 16, (index + 1) * entryBytes);
  }

  push(block: number, segment: number, offset: number, length: number, checksum?: Uint8Array): void {
    const at = this.#count * entryBytes;
    if (at === this.#bytes.length) {
      const larger = Buffer.alloc(this.#bytes.length * 2);
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    this.#bytes.writeUInt32LE(block, at);
    this.#bytes.writeUInt32LE(segment, at + 4);
    this.#bytes.writeUInt32LE(offset, at + 8);
    this.#bytes.writeUInt32LE(length, at + 12);
    if (checksum === undefined) this.#bytes.fill(0, at + 16, at + entryBytes);
    else this.#bytes.set(checksum, at + 16);
    this.#count += 1;
  }

  clear(): void {
    this.#count = 0;
  }

  /** The packed bytes; valid until the next push. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#count * entryBytes);
  }
}

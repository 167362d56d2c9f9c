/**
 * What a tracked disk should be, in plain memory: bytes, and the blocks written since the last completed
 * snapshot.
 */
import { blockSizeBytes } from "../../provider/disks/disk.ts";

export class DiskModel {
  readonly bytes: Buffer;
  /** Written since; and of these, where a byte has really changed. */
  written = new Set<number>();
  changed = new Set<number>();

  constructor(sizeBytes: number) {
    this.bytes = Buffer.alloc(sizeBytes);
  }

  write(data: Uint8Array, offset: number): void {
    for (const block of blocksOf(offset, data.length)) {
      this.written.add(block);
      const start = Math.max(offset, block * blockSizeBytes);
      const end = Math.min(offset + data.length, (block + 1) * blockSizeBytes);
      const part = data.subarray(start - offset, end - offset);
      if (this.bytes.compare(part, 0, part.length, start, end) !== 0) this.changed.add(block);
    }
    this.bytes.set(data, offset);
  }

  /** What a snapshot of now holds; what is written from here on belongs to the next one. */
  snapshot(): { bytes: Buffer; written: Set<number>; changed: Set<number> } {
    const { written, changed } = this;
    this.written = new Set();
    this.changed = new Set();
    return { bytes: Buffer.from(this.bytes), written, changed };
  }

  takeBack(snapshot: { written: Set<number>; changed: Set<number> }): void {
    this.written = new Set([...this.written, ...snapshot.written]);
    this.changed = new Set([...this.changed, ...snapshot.changed]);
  }
}

/** The blocks that a range of bytes touches. */
export function blocksOf(offset: number, length: number): number[] {
  if (length === 0) return [];
  const first = Math.floor(offset / blockSizeBytes);
  const last = Math.floor((offset + length - 1) / blockSizeBytes);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

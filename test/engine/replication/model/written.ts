/** Writes of the model test: where, how much, and what. */
import fc from "fast-check";
import { blockSizeBytes } from "../../../../provider/disks/disk.ts";
import { noise } from "../protected-disk.ts";

/** Bytes for any place of any disk. */
export const written = fc.record({
  disk: fc.nat(2),
  /** Measured from the end of the disk when negative. */
  at: fc.oneof(fc.nat(13 * blockSizeBytes), fc.integer({ min: -2000, max: -1 })),
  length: fc.oneof(fc.nat(5000), fc.nat(3 * blockSizeBytes), fc.constantFrom(0, blockSizeBytes)),
  look: fc.constantFrom("noise", "text", "zeros"),
  seed: fc.nat(99),
});
export type Written = typeof written extends fc.Arbitrary<infer T> ? T : never;

/** The write, moved and cut so that it lies within a disk of this size. */
export function within(write: Written, sizeBytes: number): { offset: number; data: Buffer } {
  const offset = write.at < 0 ? Math.max(0, sizeBytes + write.at) : write.at % sizeBytes;
  const length = Math.min(write.length, sizeBytes - offset);
  if (write.look === "noise") return { offset, data: noise(write.seed, length) };
  return { offset, data: Buffer.alloc(length, write.look === "text" ? `text ${write.seed} ` : 0) };
}

/** The disk of the bench: the same bytes for the same seed, whatever the machine. */
import fs from "node:fs";
import { SeededRandom } from "../../provider/random.ts";

export const blockBytes = 65_536;
const words = Array.from({ length: 2000 }, (_, index) =>
  Buffer.from(`${(index * 2_654_435_761).toString(36).slice(0, 3 + (index % 6))} `),
);

/** Content of one block: half of the blocks are text-like (they compress two- to threefold), half are random. */
export function blockContent(random: SeededRandom): Buffer {
  const block = Buffer.alloc(blockBytes);
  if (random.integer(2) === 0) {
    for (let at = 0; at < blockBytes; at += 4) block.writeUInt32LE(random.integer(0x1_0000_0000), at);
    return block;
  }
  for (let at = 0; at < blockBytes;) {
    // The square makes some words frequent and most of them rare, as in a language.
    const word = words[Math.floor((random.integer(1000) / 1000) ** 2 * words.length)]!;
    at += word.copy(block, at);
  }
  return block;
}

/** A sparse image with content in three fifths of its first `dataBytes`, spread in runs of 1 MiB. */
export function makeImage(imagePath: string, sizeBytes: number, dataBytes: number, seed: number): void {
  const random = new SeededRandom(seed);
  const file = fs.openSync(imagePath, "w");
  try {
    fs.ftruncateSync(file, sizeBytes);
    const run = 16;
    for (let first = 0; first < dataBytes / blockBytes; first += run) {
      if (random.integer(5) < 2) continue;
      const content = Buffer.concat(Array.from({ length: run }, () => blockContent(random)));
      fs.writeSync(file, content, 0, content.length, first * blockBytes);
    }
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

/** So many different blocks of the disk, ascending. */
export function chooseBlocks(blockCount: number, count: number, seed: number): number[] {
  const random = new SeededRandom(seed);
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(random.integer(blockCount));
  return [...chosen].sort((left, right) => left - right);
}

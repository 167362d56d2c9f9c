/** The work: an image two fifths of which are holes, and the rest half text-like, half random; and changes of it. */
import fs from "node:fs";
import { SeededRandom } from "../../provider/random.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";

export const mebibyte = 1_048_576;
export const gibibyte = 1024 * mebibyte;
const blockBytes = 65_536;
const seed = 42;

const words = "the replica of a machine is as good as its last recovery point and no better ".split(" ");

/** Text that compresses as logs and tables do, and noise that does not compress at all. */
function fill(kind: "text" | "noise", random: SeededRandom): Buffer {
  if (kind === "noise") return Buffer.from(random.bytes(mebibyte));
  const lines: string[] = [];
  for (let length = 0; length < mebibyte;) {
    const line = `${random.below(1e9)} ${words[random.below(words.length)]!} ${words[random.below(words.length)]!}\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join("")).subarray(0, mebibyte);
}

/** Writes `dataBytes` of content, holes among it, and makes the file as large as asked. */
export function makeImage(path: string, sizeBytes: number, contentBytes: number): void {
  const random = new SeededRandom(seed);
  const file = fs.openSync(path, "w");
  for (let offset = 0; offset + mebibyte <= contentBytes; offset += mebibyte) {
    const part = random.below(10);
    if (part >= 4) fs.writeSync(file, fill(part < 7 ? "text" : "noise", random), 0, mebibyte, offset);
  }
  fs.ftruncateSync(file, sizeBytes);
  fs.fsyncSync(file);
  fs.closeSync(file);
}

/** Changes so many whole blocks of the first `contentBytes` at random, through the tracked disk. */
export async function changeBlocks(
  path: string,
  count: number,
  contentBytes: number,
  salt: number,
): Promise<void> {
  const random = new SeededRandom(seed + salt);
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(random.below(contentBytes / blockBytes));
  const disk = await openTrackedDisk(path);
  for (const block of chosen) await disk.write(Buffer.from(random.bytes(blockBytes)), block * blockBytes);
  await disk.flush();
  await disk.close();
}

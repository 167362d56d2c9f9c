/** Bytes for disks of the end-to-end tests, and their checksums. */
import { createHash } from "node:crypto";
import fs from "node:fs";

/** Bytes of which every other MiB is noise and the rest zeros, the same for the same seed. */
export function diskContent(seed: number, sizeMiB: number): Buffer {
  const mebibyte = 1024 * 1024;
  const content = Buffer.alloc(sizeMiB * mebibyte);
  let state = seed | 1;
  for (let offset = 0; offset < content.length; offset += 4) {
    if (Math.floor(offset / mebibyte) % 2 === 1) continue;
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    content.writeUInt32LE(state >>> 0, offset);
  }
  return content;
}

export function sha256(file: string): string {
  return createHash("sha256").update(fs.readFileSync(file)).digest("hex");
}

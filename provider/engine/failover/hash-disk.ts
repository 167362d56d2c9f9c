/** The sha256 of a disk image, as evidence of what a test machine got. */
import { createHash } from "node:crypto";
import { scheduler } from "node:timers/promises";
import type { FileSystem } from "../../blocks/file-system.ts";

const readSizeBytes = 4 * 1024 * 1024;
const zeros = Buffer.alloc(readSizeBytes);

/** Returns the digest in hexadecimal digits. Holes are not read; other work of the process gets its turn meanwhile. */
export async function hashDisk(files: FileSystem, filePath: string): Promise<string> {
  const hash = createHash("sha256");
  const file = files.open(filePath, "read");
  try {
    const { sizeBytes } = file.size();
    const buffer = Buffer.alloc(readSizeBytes);
    let data = { start: 0, end: file.nextExtent ? 0 : sizeBytes };
    for (let position = 0; position < sizeBytes;) {
      if (file.nextExtent && position >= data.end) {
        data = file.nextExtent(position) ?? { start: sizeBytes, end: sizeBytes };
      }
      const isHole = position < data.start;
      const end = Math.min(position + readSizeBytes, isHole ? data.start : data.end);
      const chunk = buffer.subarray(0, end - position);
      const count = isHole ? chunk.length : file.read(chunk, position);
      if (count === 0) break;
      hash.update(isHole ? zeros.subarray(0, count) : chunk.subarray(0, count));
      position += count;
      await scheduler.yield();
    }
    return hash.digest("hex");
  } finally {
    file.close();
  }
}

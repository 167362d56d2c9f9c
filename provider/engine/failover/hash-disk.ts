/** The sha256 of a disk image, as evidence of what a test machine got. */
import { createHash } from "node:crypto";
import type { FileSystem } from "../../blocks/file-system.ts";

const readSizeBytes = 4 * 1024 * 1024;

export function hashDisk(files: FileSystem, filePath: string): string {
  const hash = createHash("sha256");
  const file = files.open(filePath, "read");
  try {
    const buffer = Buffer.alloc(readSizeBytes);
    for (let position = 0; ; position += readSizeBytes) {
      const count = file.read(buffer, position);
      if (count === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, count));
    }
  } finally {
    file.close();
  }
}

import type { FileSystem } from "./file-system.ts";

/** The whole of a small file, as text. */
export function readTextFile(files: FileSystem, filePath: string): string {
  const file = files.open(filePath, "read");
  try {
    const bytes = Buffer.alloc(file.size().sizeBytes);
    return bytes.subarray(0, file.read(bytes, 0)).toString("utf8");
  } finally {
    file.close();
  }
}

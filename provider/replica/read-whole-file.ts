import type { FileSystem } from "../blocks/file-system.ts";

/** The whole content of a small file. Throws `NotFound` when it is absent. */
export function readWholeFile(files: FileSystem, filePath: string): Buffer {
  const file = files.open(filePath, "read");
  try {
    const content = Buffer.alloc(file.size().sizeBytes);
    return content.subarray(0, file.read(content, 0));
  } finally {
    file.close();
  }
}

/** Bytes of a file. Throws `NotFound` when it is absent. */
export function fileSize(files: FileSystem, filePath: string): number {
  const file = files.open(filePath, "read");
  try {
    return file.size().sizeBytes;
  } finally {
    file.close();
  }
}

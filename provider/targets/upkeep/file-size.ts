import type { FileSystem } from "../../blocks/file-system.ts";

export function fileSize(files: FileSystem, filePath: string): number {
  const file = files.open(filePath, "read");
  try {
    return file.size().sizeBytes;
  } finally {
    file.close();
  }
}

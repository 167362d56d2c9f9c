import path from "node:path";
import type { FileSystem } from "./file-system.ts";

/** Whether a file that is there is a symbolic link; links among the folders above it do not count. */
export function isLink(files: FileSystem, filePath: string): boolean {
  return (
    files.realPath(filePath) !== path.join(files.realPath(path.dirname(filePath)), path.basename(filePath))
  );
}

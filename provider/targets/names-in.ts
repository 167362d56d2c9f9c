import type { FileSystem } from "../blocks/file-system.ts";
import { hasCode } from "../errors.ts";

/** Names in a folder, sorted; `undefined` for a file, and for a folder that may not be read. */
export function namesIn(files: FileSystem, folder: string): string[] | undefined {
  try {
    return files.list(folder);
  } catch (error) {
    if (hasCode(error, "IoFailed")) return undefined;
    throw error;
  }
}

import type { FileSystem } from "../../provider/blocks/file-system.ts";

/** Passes everything on, and remembers every name that a file or folder got. */
export function recordingFileSystem(inner: FileSystem, names: Set<string>): FileSystem {
  return {
    open: (filePath, mode) => {
      const file = inner.open(filePath, mode);
      if (mode === "createNew" || mode === "createOrOpen") names.add(filePath);
      return file;
    },
    rename: (from, to) => {
      inner.rename(from, to);
      names.add(to);
    },
    exists: (filePath) => inner.exists(filePath),
    realPath: (filePath) => inner.realPath(filePath),
    list: (folder) => inner.list(folder),
    makeFolder: (folder) => inner.makeFolder(folder),
    remove: (filePath) => inner.remove(filePath),
    syncFolder: (folder) => inner.syncFolder(folder),
  };
}

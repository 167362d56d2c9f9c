/** The machine's file system without waiting for the device: for tests in which no power is cut. */
import { type FileSystem, localFileSystem } from "../../provider/blocks/file-system.ts";

export const unsyncedFileSystem: FileSystem = {
  ...localFileSystem,
  syncFolder: () => undefined,
  open: (filePath, mode) => {
    const file = localFileSystem.open(filePath, mode);
    return {
      path: file.path,
      read: (buffer, position) => file.read(buffer, position),
      write: (buffer, position) => file.write(buffer, position),
      truncate: (sizeBytes) => file.truncate(sizeBytes),
      size: () => file.size(),
      close: () => file.close(),
      sync: () => undefined,
      syncLater: () => Promise.resolve(),
    };
  },
};

/** The kernel's lock on a disk image, for the one process of the computer that may own the disk. */
import type { FileSystem, OpenFile } from "../blocks/file-system.ts";
import { hasCode } from "../errors.ts";

/** How an image was locked. */
export type ImageLock = { readonly isTaken: true; unlock(): void } | { readonly isTaken: false };

/** Over NFS, only a file that is open for writing can be locked. */
function openForLock(files: FileSystem, realPath: string): OpenFile {
  try {
    return files.open(realPath, "readWrite");
  } catch (error) {
    if (!hasCode(error, "IoFailed")) throw error;
    return files.open(realPath, "read");
  }
}

/**
 * Locks the image that has the name now. Where the system or file system has no such locks it counts as taken: then the
 * claim's address alone decides. Throws `NotFound` if there is no image.
 */
export function lockImage(files: FileSystem, realPath: string): ImageLock {
  for (;;) {
    const file = openForLock(files, realPath);
    try {
      if (file.tryLock?.() === "busy") {
        file.close();
        return { isTaken: false };
      }
      // Another image may have got the name before the lock was there.
      if (file.facts().inode === files.facts(realPath).inode) {
        return { isTaken: true, unlock: () => file.close() };
      }
    } catch (error) {
      file.close();
      throw error;
    }
    file.close();
  }
}

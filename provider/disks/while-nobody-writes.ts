import { holdForWriting } from "./open-tracked-disk.ts";
import type { DiskOptions } from "./disk.ts";
import { settingsOf } from "./disk-settings.ts";

/**
 * Keeps every writer from a disk while `work` overwrites its image by other means. Opening the disk for writing throws
 * `Busy` meanwhile. Throws `Busy` itself if a writer has the disk, and `NotFound` if there is no image. Programs that
 * open the image without its change log are not kept away.
 */
export async function whileNobodyWrites<T>(
  diskPath: string,
  work: () => Promise<T>,
  options: DiskOptions = {},
): Promise<T> {
  const settings = settingsOf(options);
  const hold = await holdForWriting(settings.files.realPath(diskPath), settings);
  try {
    hold.disk.keepWritersOut();
    try {
      return await work();
    } finally {
      hold.disk.letWritersIn();
    }
  } finally {
    await hold.release();
  }
}

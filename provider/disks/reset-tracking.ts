import { controlDisk } from "./control-disk.ts";
import type { DiskOptions } from "./disk.ts";
import type { Lineage } from "../model/lineage.ts";
import { settingsOf } from "./disk-settings.ts";

/**
 * Makes a disk count as unchanged: after a full copy by other means, or when the direction of replication
 * turns. The caller has made the image durable. Returns the lineage of what changes from now on, or `undefined` if
 * the disk's owner is of an earlier version. Throws `Busy` while a snapshot is being replicated.
 */
export async function resetTracking(
  diskPath: string,
  options: DiskOptions = {},
): Promise<Lineage | undefined> {
  const settings = settingsOf(options);
  const control = await controlDisk(settings.files.realPath(diskPath), settings);
  try {
    await control.freeze();
    try {
      return await control.reset();
    } finally {
      await control.thaw();
    }
  } finally {
    await control.release();
  }
}

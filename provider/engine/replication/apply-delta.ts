import type { FileSystem } from "../../blocks/file-system.ts";
import type { RestoreOptions } from "./restore-disk.ts";
import { syncImage } from "./restore-disk.ts";
import { type RestoreCounts, restoreBlocksTo, withPinnedDisk } from "./restore-blocks-to.ts";

export interface ApplyDeltaOptions extends Omit<RestoreOptions, "overwrite"> {
  /**
   * The only blocks that may differ, ascending; all others are taken to be right. Default: every block is
   * compared by checksum.
   */
  readonly blocks?: Iterable<number>;
}

/**
 * Makes an existing image equal a disk of a recovery point by writing only the blocks that differ: what a
 * failback needs. It works in place: until it has resolved the image is a mixture, and nothing may use it;
 * after a failure or a crash it is repeated over the same blocks, or over all.
 */
export async function applyDelta(options: ApplyDeltaOptions): Promise<RestoreCounts> {
  const { files } = options.store;
  return withPinnedDisk(options, async (opened) => {
    resizeImage(files, options.toPath, opened.disk.sizeBytes);
    const counts = await restoreBlocksTo(opened, { ...options, compareFirst: true });
    await syncImage(files, options.toPath);
    return counts;
  });
}

function resizeImage(files: FileSystem, imagePath: string, sizeBytes: number): void {
  const image = files.open(imagePath, "readWrite");
  try {
    if (image.size().sizeBytes !== sizeBytes) image.truncate(sizeBytes);
  } finally {
    image.close();
  }
}

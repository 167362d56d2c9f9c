import type { FileSystem } from "../../blocks/file-system.ts";
import type { RestoreOptions } from "./restore-disk.ts";
import { type RestoreCounts, restoreBlocksTo, withPinnedDisk } from "./restore-blocks-to.ts";

export interface ApplyDeltaOptions extends Omit<RestoreOptions, "overwrite" | "format"> {
  /**
   * The only blocks that may differ, ascending; all others are taken to be right. Default: every block is
   * compared by checksum.
   */
  readonly blocks?: Iterable<number>;
}

/**
 * Beside an image from before the first write until the image was synced. After a failed sync the system shows blocks that
 * the device has lost, so a repetition that finds this file does not compare. It need not survive a power cut: after
 * one, what can be read is what the device has.
 */
const unsyncedEnding = ".unsynced";

/**
 * Makes an existing image equal a disk of a recovery point by writing only the blocks that differ: what a
 * failback needs. It works in place: until it has resolved the image is a mixture, and nothing may use it;
 * after a failure or a crash it is repeated over the same blocks, or over all, and writes all of them.
 */
export async function applyDelta(options: ApplyDeltaOptions): Promise<RestoreCounts> {
  const { files } = options.store;
  const { toPath } = options;
  return withPinnedDisk(options, async (opened) => {
    const mark = `${toPath}${unsyncedEnding}`;
    const isRepetition = files.exists(mark);
    if (!isRepetition) makeMark(files, toPath, mark);
    resizeImage(files, toPath, opened.disk.sizeBytes);
    const counts = await restoreBlocksTo(opened, {
      ...options,
      image: isRepetition ? "doubtful" : "readable",
    });
    await syncImage(files, toPath);
    files.remove(mark);
    return counts;
  });
}

/** Throws `NotFound` if there is no image. */
function makeMark(files: FileSystem, imagePath: string, mark: string): void {
  files.open(imagePath, "read").close();
  files.open(mark, "createNew").close();
}

async function syncImage(files: FileSystem, imagePath: string): Promise<void> {
  const image = files.open(imagePath, "readWrite");
  try {
    await image.syncLater();
  } finally {
    image.close();
  }
}

function resizeImage(files: FileSystem, imagePath: string, sizeBytes: number): void {
  const image = files.open(imagePath, "readWrite");
  try {
    if (image.size().sizeBytes !== sizeBytes) image.truncate(sizeBytes);
  } finally {
    image.close();
  }
}

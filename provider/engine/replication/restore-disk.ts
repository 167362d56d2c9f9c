import path from "node:path";
import type { FileSystem } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { beginImage, type ImageFormat } from "../../images/image-format.ts";
import { partialEnding } from "../../replica/layers/layer-writer.ts";
import type { ReplicaStore } from "../../replica/replica-store.ts";
import {
  type RestoreCounts,
  type RestoreProgress,
  restoreBlocksTo,
  withPinnedDisk,
} from "./restore-blocks-to.ts";
import { said } from "../../message.ts";
import type { PinnedDisk } from "./pinned-disk.ts";

export interface RestoreOptions {
  readonly store: ReplicaStore;
  /** What the store calls the point's machine. Without it the point is looked for in all machines. */
  readonly machineId?: string | undefined;
  readonly pointId: string;
  readonly diskId: string;
  readonly toPath: string;
  /** Default: raw. */
  readonly format?: ImageFormat;
  /** Replace an existing file. Default: refuse. */
  readonly overwrite?: boolean;
  readonly onProgress?: (progress: RestoreProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Writes a disk of a recovery point as a sparse image. Every block is verified. The image appears under
 * its name when it is whole and durable, never before; an existing file stays until then.
 */
export async function restoreDisk(options: RestoreOptions): Promise<RestoreCounts> {
  const { store, toPath } = options;
  const { files } = store;
  if (files.exists(toPath) && options.overwrite !== true) {
    const message = said`Cannot restore to ${toPath}: a file is there already. Choose another path, or say that it
        may be replaced.`;
    throw new SiteRecoveryError("AlreadyExists", message, { target: toPath, property: "toPath" });
  }
  const folder = path.dirname(toPath);
  if (!files.exists(folder)) {
    const message = said`There is no folder ${folder}, where ${path.basename(toPath)} is to be written. Make it, or name a file in another one.`;
    throw new SiteRecoveryError("NotFound", message, { target: folder, property: "toPath" });
  }
  const temporary = toPath + partialEnding;
  return withPinnedDisk(options, async (opened) => {
    files.remove(temporary);
    try {
      const counts = await writeImage(opened, { ...options, toPath: temporary });
      files.rename(temporary, toPath);
      files.syncFolder(path.dirname(toPath));
      return counts;
    } catch (error) {
      removeQuietly(files, temporary);
      throw error;
    }
  });
}

/** Makes an image, durably but for its name. */
async function writeImage(opened: PinnedDisk, options: RestoreOptions): Promise<RestoreCounts> {
  const { store, toPath, format = "raw" } = options;
  const image = store.files.open(toPath, "createNew");
  try {
    const layout = beginImage(format, image, opened.disk.sizeBytes);
    const counts = await restoreBlocksTo(opened, { ...options, toPath, image: "zeros", layout });
    layout.finish();
    await image.syncLater();
    return counts;
  } finally {
    image.close();
  }
}

function removeQuietly(files: FileSystem, filePath: string): void {
  try {
    files.remove(filePath);
  } catch {
    // The error that led here matters more; the next restore to this path removes the rest.
  }
}

import { dirname } from "node:path";
import type { FileSystem, OpenFile, OpenMode } from "../../blocks/file-system.ts";
import { blockCountOf } from "../../disks/disk.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { marksPathOf, OverlayMarks } from "./overlay-marks.ts";
import { said } from "../../message.ts";

export interface Overlay {
  readonly path: string;
  /** Which disk of which recovery point it belongs to. */
  readonly origin: string;
  /** Which boot of the machine this is: after another one only synced blocks count. */
  readonly bootId: string;
}

/**
 * Opens an overlay image with its marks, and makes both when there is no image. Throws `AlreadyExists` for a file that
 * is no overlay, or belongs to another disk: it stays as it is; and `Busy` while another process has it
 * attached.
 */
export function openOverlay(
  files: FileSystem,
  { path, origin, bootId }: Overlay,
  sizeBytes: number,
): { image: OpenFile; marks: OverlayMarks } {
  const isNew = !files.exists(path);
  // Marks are made first; those that a crash between the two has left speak of no image.
  if (isNew) files.remove(marksPathOf(path));
  else if (!files.exists(marksPathOf(path))) {
    const message = said`${path} is there already and is no overlay of a recovery point. Name a file that is not there.`;
    throw new SiteRecoveryError("AlreadyExists", message, { target: path });
  }
  const existing = isNew ? undefined : openAlone(files, path, "readWrite");
  let marks: OverlayMarks | undefined;
  let image = existing;
  try {
    marks = new OverlayMarks(files, path, { blockCount: blockCountOf(sizeBytes), origin, bootId });
    image ??= openAlone(files, path, "createNew");
    if (image.size().sizeBytes !== sizeBytes) image.truncate(sizeBytes);
    // A flush syncs the image's bytes; its name, which may be that of a killed process, must be durable as well by then.
    files.syncFolder(dirname(path));
    return { image, marks };
  } catch (error) {
    image?.close();
    marks?.close();
    throw error;
  }
}

/** Opens an overlay that no other process of this computer has attached, and keeps others from it until it is closed. */
function openAlone(files: FileSystem, path: string, mode: OpenMode): OpenFile {
  const image = files.open(path, mode);
  if (image.tryLock?.() !== "busy") return image;
  image.close();
  const message = said`${path} is attached by another process, which may be of another engine or container. Detach it there first.`;
  throw new SiteRecoveryError("Busy", message, { target: path });
}

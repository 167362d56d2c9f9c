import type { FileSystem } from "../../blocks/file-system.ts";
import { hasCode, SiteRecoveryError } from "../../errors.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";
import type { EngineParts } from "../engine-parts.ts";

/** A disk that cannot be read now. */
export interface UnreadableDisk extends SourceDisk {
  /** For people, without a full stop: `/…/os.img is gone`. */
  readonly why: string;
}

/**
 * The first of some disks whose image is gone, cannot be opened, or fails at its first byte; `undefined` if all can be read,
 * or only their hypervisor reads them.
 */
export function findUnreadableDisk(
  { files, machines }: Pick<EngineParts, "files" | "machines">,
  disks: readonly SourceDisk[],
): UnreadableDisk | undefined {
  for (const disk of disks) {
    if (!machines.holdsFiles(disk.machine)) continue;
    const why = whyUnreadable(files, disk.path);
    if (why !== undefined) return { ...disk, why };
  }
  return undefined;
}

function whyUnreadable(files: FileSystem, imagePath: string): string | undefined {
  try {
    const image = files.open(imagePath, "read");
    try {
      if (image.size().sizeBytes === 0) return `${imagePath} is empty`;
      image.read(new Uint8Array(1), 0);
      return undefined;
    } finally {
      image.close();
    }
  } catch (error) {
    if (hasCode(error, "NotFound")) return `${imagePath} is gone`;
    if (!(error instanceof SiteRecoveryError)) throw error;
    return error.message.replace(/\.$/, "");
  }
}

/**
 * A disk that a way back overwrites has another name until it is whole. A process may die meanwhile: then no machine is
 * started on the mixture of two states, and what has the disk's name by then was put there by a person.
 */
import path from "node:path";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { FileSystem } from "../../blocks/file-system.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { overwritingEnding, requireNoLink } from "../../machines/machine-folders.ts";

/** Where the image is while it is overwritten. */
export function asidePath(image: string): string {
  return `${image}${overwritingEnding}`;
}

/** Moves an image to another name. It has that one after a power cut as well. */
function move(files: FileSystem, from: string, to: string): void {
  files.rename(from, to);
  files.syncFolder(path.dirname(to));
}

/**
 * Runs work on an image under its other name, and gives it back its own. `beforeName` is called when the image is as the
 * work left it and durable, before it has its own name. Throws `PrerequisitesNotMet` for a link.
 */
export async function whileAside<T>(
  files: FileSystem,
  image: string,
  work: (at: string) => Promise<T>,
  beforeName: (at: string) => void,
): Promise<T> {
  // Moving a link away would hide nothing. None was there when the way back began.
  requireNoLink(files, image);
  const aside = asidePath(image);
  if (files.exists(image)) move(files, image, aside);
  try {
    return await work(aside);
  } finally {
    if (files.exists(aside)) {
      beforeName(aside);
      move(files, aside, image);
    }
  }
}

/**
 * Throws `PrerequisitesNotMet` if a file has the name that an image gets, and no way back has left it there: it is a person's, such as
 * an earlier state that they kept.
 */
export function requireNamesFree(files: FileSystem, { details }: ProtectedItem, folder: string): void {
  if (details.primaryLeft?.overwrittenBy !== undefined) return;
  for (const { file } of details.disks) {
    const image = path.join(folder, file);
    const aside = asidePath(image);
    // Without the image it is the image: a killed way back has taken its name.
    if (!files.exists(aside) || !files.exists(image)) continue;
    const message = said`${aside} is there, and has the name that ${image} gets while it is overwritten. Give it another name, or remove it.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: aside });
  }
}

/** Gives an image back its name that a process which died had taken. What has the name by now keeps it. */
export function takeBackName(files: FileSystem, image: string): void {
  const aside = asidePath(image);
  if (files.exists(aside) && !files.exists(image)) move(files, aside, image);
}

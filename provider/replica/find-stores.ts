/** Where replica stores are below a given folder: the folder itself, or up to three levels down. */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";

const levelsDown = 3;

/** The folders of the stores. Throws `NotFound` if there is none. */
export function findStores(files: FileSystem, folder: string): string[] {
  const found = storesUnder(files, folder, levelsDown);
  if (found.length > 0) return found;
  if (!files.exists(folder)) {
    const message = said`There is no folder ${folder}. Mount it, or check its path.`;
    throw new SiteRecoveryError("TargetUnreachable", message, { target: folder });
  }
  const message = said`There is no replica store in ${folder}: none of its folders has a file store.key.
      Name the folder of a storage account, master target, storage classification or host.`;
  throw new SiteRecoveryError("NotFound", message, { target: folder });
}

function storesUnder(files: FileSystem, folder: string, levels: number): string[] {
  if (files.exists(path.join(folder, "store.key"))) return [folder];
  if (levels === 0) return [];
  return (namesIn(files, folder) ?? []).flatMap((name) =>
    storesUnder(files, path.join(folder, name), levels - 1),
  );
}

/** Names in a folder, sorted; `undefined` for a file, and for a folder that may not be read. */
export function namesIn(files: FileSystem, folder: string): string[] | undefined {
  try {
    return files.list(folder);
  } catch (error) {
    if (hasCode(error, "IoFailed")) return undefined;
    throw error;
  }
}

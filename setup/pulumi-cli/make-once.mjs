import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Makes a folder of the cache, whole or not at all. The work happens in a temporary folder beside it and is renamed when it is
 * done, so two processes that do the same at once do not disturb each other: the second one finds the first one's result.
 * @param {string} folder the folder to make
 * @param {(temporaryFolder: string) => Promise<void>} make fills the temporary folder, or throws
 * @returns {Promise<void>}
 */
export async function makeOnce(folder, make) {
  if (existsSync(folder)) return;
  mkdirSync(dirname(folder), { recursive: true });
  const temporaryFolder = mkdtempSync(join(dirname(folder), `.${basename(folder)}-`));
  try {
    await make(temporaryFolder);
    try {
      renameSync(temporaryFolder, folder);
    } catch (error) {
      // Another process was faster; its result is as good.
      if (!existsSync(folder)) throw error;
    }
  } finally {
    rmSync(temporaryFolder, { recursive: true, force: true });
  }
}

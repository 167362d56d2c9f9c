import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { oneAtATime } from "../one-at-a-time.mjs";

/**
 * Makes a folder of the cache, whole or not at all. The work happens in a temporary folder beside it and is renamed when it is
 * done. Of several processes one does it; the others wait, and find its result.
 * @param {string} folder the folder to make
 * @param {(temporaryFolder: string) => Promise<void>} make fills the temporary folder, or throws
 * @returns {Promise<void>}
 */
export async function makeOnce(folder, make) {
  if (existsSync(folder)) return;
  mkdirSync(dirname(folder), { recursive: true });
  await oneAtATime(join(dirname(folder), `.${basename(folder)}.lock`), async () => {
    if (!existsSync(folder)) await makeWhole(folder, make);
  });
}

/**
 * @param {string} folder
 * @param {(temporaryFolder: string) => Promise<void>} make
 */
async function makeWhole(folder, make) {
  const temporaryFolder = mkdtempSync(join(dirname(folder), `.${basename(folder)}-`));
  try {
    await make(temporaryFolder);
    try {
      renameSync(temporaryFolder, folder);
    } catch (error) {
      // A process that was taken for gone was faster; its result is as good.
      if (!existsSync(folder)) throw error;
    }
  } finally {
    rmSync(temporaryFolder, { recursive: true, force: true });
  }
}

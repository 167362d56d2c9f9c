import { accessSync, constants, existsSync, statSync } from "node:fs";
import { join } from "node:path";

/** Name of the CLI's executable. */
export const cliName = process.platform === "win32" ? "pulumi.exe" : "pulumi";

/**
 * @param {"nodejs" | "python" | "yaml"} language
 * @returns {string} name of the executable that runs programs in this language
 */
export function languageHostName(language) {
  return `pulumi-language-${language}${process.platform === "win32" ? ".exe" : ""}`;
}

/**
 * @param {string} file
 * @returns {boolean}
 */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).size > 0;
  } catch {
    return false;
  }
}

/**
 * Whether a folder holds a CLI that can run Node programs: the CLI and, beside it, the language host.
 * @param {string} folder
 * @returns {boolean}
 */
export function isComplete(folder) {
  return isExecutable(join(folder, cliName)) && existsSync(join(folder, languageHostName("nodejs")));
}

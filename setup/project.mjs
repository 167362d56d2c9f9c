// Setup: what has to be there before the project can run, made available on a machine that has only git and Node 22.15 or newer.
//
// Everything in this folder is plain JavaScript without dependencies, because it runs before any dependency is installed.
// `start.mjs` is `npm start`, `test.mjs` is `npm test`, `pulumi.mjs` is `npm run pulumi`. They share the
// steps: install dependencies, make a Pulumi CLI available, build. This file knows where things are. It does no work itself.

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root folder. */
export const projectFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/** The Pulumi CLI that the project is built and tested with; equals the version of @pulumi/pulumi in package.json. */
export const pulumiVersion = "3.250.0";

/** Where dependencies put their commands. */
export const commandFolder = join(projectFolder, "node_modules", ".bin");

/** The built `siterecovery`. */
export const programFile = join(projectFolder, "dist", "bundle", "command.js");

/**
 * Node for the project's own code: the one from the dependencies, which is new enough for @pulumi/pulumi, or this one.
 * @returns {string}
 */
export function nodePath() {
  const fromDependencies = join(commandFolder, "node");
  return existsSync(fromDependencies) ? fromDependencies : process.execPath;
}

/**
 * The user's cache folder of this project: shared by all clones, safe to delete.
 * @param {Record<string, string | undefined>} environment
 * @returns {string}
 */
export function cacheFolder(environment = process.env) {
  const ofUser = environment["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(ofUser, "siterecovery");
}

/**
 * The entries of PATH without the project's own commands: `node_modules/.bin/pulumi` is an installer, not a CLI.
 * @param {Record<string, string | undefined>} environment
 * @returns {string[]}
 */
export function searchFolders(environment = process.env) {
  const entries = (environment["PATH"] ?? "").split(delimiter);
  return entries.filter((entry) => entry !== "" && !/[\\/]node_modules[\\/]/.test(`${entry}/`));
}

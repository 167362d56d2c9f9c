// What a process needs to run the Pulumi CLI on this project: the CLI itself, its home, a local backend and a passphrase.
// Everything it keeps for the project is in `.pulumi/`; only the CLI's binaries are shared by all clones, in the user's cache.

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { findOrMakeCli } from "./pulumi-cli/find-or-make-cli.mjs";
import { commandFolder, projectFolder } from "./project.mjs";

/**
 * @typedef {object} PulumiEnvironment
 * @property {string} pulumi the CLI's executable
 * @property {Record<string, string>} env the whole environment to run it with
 */

/** Settings of the user that would lead a process with a state folder of its own to another backend, stack or secret. */
const USER_SETTINGS = [
  "PULUMI_ACCESS_TOKEN",
  "PULUMI_BACKEND_URL",
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_CONFIG_PASSPHRASE_FILE",
  "PULUMI_STACK",
];

/**
 * Makes a Pulumi CLI available and returns it with the environment to run it in.
 * Without a state folder it is the project's own one, and a backend and passphrase that the user has set win. With one, the
 * state is there and nowhere else: that is what tests use, one folder each. Pulumi YAML programs need `yaml`.
 * @param {{stateFolder?: string, environment?: NodeJS.ProcessEnv, yaml?: boolean}} options
 * @returns {Promise<PulumiEnvironment>}
 */
export async function ensurePulumi({ stateFolder, environment = process.env, yaml = false } = {}) {
  const homeFolder = resolve(environment["PULUMI_HOME"] || join(projectFolder, ".pulumi", "home"));
  const pulumi = await findOrMakeCli(homeFolder, environment, { yaml });
  const kept = Object.entries(environment).filter(
    ([name, value]) => value !== undefined && !(stateFolder !== undefined && USER_SETTINGS.includes(name)),
  );
  /** @type {Record<string, string>} */
  const env = Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
  env["PULUMI_HOME"] = homeFolder;
  env["PULUMI_SKIP_UPDATE_CHECK"] = "true";
  // The project's Node comes first: programs and dynamic providers run with the `node` of the PATH.
  env["PATH"] = [commandFolder, dirname(pulumi), environment["PATH"] ?? ""].join(delimiter);
  const folder = resolve(stateFolder ?? join(projectFolder, ".pulumi"));
  env["PULUMI_BACKEND_URL"] ??= localBackend(folder);
  if (env["PULUMI_CONFIG_PASSPHRASE_FILE"] === undefined)
    env["PULUMI_CONFIG_PASSPHRASE"] ??= passphraseOf(folder);
  return { pulumi, env };
}

/**
 * @param {string} folder
 * @returns {string} the address of a backend in this folder, which is made when it is missing
 */
function localBackend(folder) {
  const state = join(folder, "state");
  mkdirSync(state, { recursive: true });
  return pathToFileURL(state).href;
}

/**
 * The passphrase that encrypts secrets in the stack's state, made at first use and readable only by the user.
 * @param {string} folder
 * @returns {string}
 */
function passphraseOf(folder) {
  const file = join(folder, "passphrase");
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    try {
      writeFileSync(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
    } catch (error) {
      // Another process has just made it.
      if (!existsSync(file)) throw error;
    }
  }
  return readFileSync(file, "utf8").trim();
}

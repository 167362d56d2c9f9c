// Pulumi for Python, in a virtual environment of the cache: what Python programs need, kept so that a test can use it without
// asking the package index again.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, pulumiVersion } from "./project.mjs";
import { makeOnce } from "./pulumi-cli/make-once.mjs";
import { reportStep } from "./report-step.mjs";
import { collectOutput } from "./run-command.mjs";

/** The oldest Python that Pulumi and generated SDKs run on. */
const OLDEST = [3, 10];

/** What generated SDKs depend on and are built with, beside Pulumi itself. */
const PACKAGES = [`pulumi==${pulumiVersion}`, "parver>=0.2.1", "pip", "setuptools>=61", "wheel"];

const WHERE = "import sys, sysconfig; print(*sys.version_info[:2], sysconfig.get_path('purelib'))";

/**
 * @typedef {object} PulumiForPython
 * @property {string} packageFolder holds the packages; another virtual environment takes them in with a `.pth` file
 */

/**
 * Makes the package `pulumi` available to Python programs, once for each version of Python.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<PulumiForPython | {missing: string}>} where it is, or why there is none and what to install
 */
export async function ensurePulumiForPython(environment = process.env) {
  const found = await collectOutput("python3", ["-c", WHERE], { environment });
  const [major = 0, minor = 0] = found.output.split(" ").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST;
  if (found.exitCode !== 0 || major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    return { missing: `Python ${OLDEST.join(".")} or newer is not installed as python3` };
  }
  const folder = join(cacheFolder(environment), `python-${major}.${minor}-pulumi-${pulumiVersion}`);
  const python = join(folder, "bin", "python");
  if (!existsSync(python)) {
    const what = `Installing Pulumi ${pulumiVersion} for Python (half a minute, once on this machine)`;
    try {
      await reportStep(what, () => makeOnce(folder, (made) => install(made, environment)));
    } catch (error) {
      return { missing: `Pulumi for Python could not be installed: ${/** @type {Error} */ (error).message}` };
    }
  }
  const { output } = await collectOutput(python, ["-c", WHERE], { environment });
  return { packageFolder: output.trim().split(" ").slice(2).join(" ") };
}

/**
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} environment
 */
async function install(folder, environment) {
  const python = join(folder, "bin", "python");
  await run("python3", ["-m", "venv", folder], environment);
  await run(python, ["-m", "pip", "install", "--quiet", "--upgrade", ...PACKAGES], environment);
}

/**
 * @param {string} command
 * @param {string[]} parameters
 * @param {NodeJS.ProcessEnv} environment
 */
async function run(command, parameters, environment) {
  const { exitCode, output } = await collectOutput(command, parameters, { environment, timeoutSeconds: 600 });
  if (exitCode !== 0) throw new Error(output.trim().split("\n").slice(-3).join("\n"));
}

// Makes a Pulumi CLI available, from the nearest source that works: PATH, a cache, the official download, a build with Go.

import { homedir } from "node:os";
import { join } from "node:path";
import { cacheFolder, pulumiVersion } from "../project.mjs";
import { SetupError } from "../setup-error.mjs";
import {
  buildUnlessThere,
  builtExecutable,
  cliProgram,
  languageHostProgram,
  yamlHostProgram,
} from "./build-with-go.mjs";
import { cliName, isComplete, isExecutable } from "./cli-folder.mjs";
import { downloadCli } from "./download.mjs";
import { findOnPath } from "./find-on-path.mjs";
import { layOutBuilt, linkOfficial } from "./lay-out.mjs";

/**
 * Finds a Pulumi CLI or makes one available, and tells where it is.
 * @param {string} homeFolder Pulumi's home; the CLI appears in its `versions/<version>/bin`, where `npx pulumi` looks too
 * @param {NodeJS.ProcessEnv} environment
 * @param {{yaml?: boolean}} languages what it has to run besides Node and Python programs; an official one runs everything
 * @returns {Promise<string>} the executable
 * @throws {SetupError} when there is no way to get one; says what to install
 */
export async function findOrMakeCli(homeFolder, environment = process.env, languages = {}) {
  const onPath = await findOnPath(environment);
  if (onPath !== undefined) return onPath;

  const versionFolder = join(homeFolder, "versions", pulumiVersion);
  const binaryFolder = join(versionFolder, "bin");
  const cli = join(binaryFolder, cliName);
  const officialFolder = join(cacheFolder(environment), `pulumi-${pulumiVersion}`);
  const installed = [join(homedir(), ".pulumi", "versions", pulumiVersion), officialFolder];

  const official = installed.find((folder) => isComplete(join(folder, "bin")));
  if (official !== undefined) {
    linkOfficial(official, versionFolder);
    if (isComplete(binaryFolder)) return cli;
  }
  if (!isExecutable(builtExecutable(cliProgram(), environment))) {
    if (isComplete(binaryFolder)) return cli;
    const notDownloaded = await downloadCli(officialFolder);
    if (notDownloaded === undefined) {
      linkOfficial(officialFolder, versionFolder);
      return cli;
    }
    const notBuilt = await buildUnlessThere(cliProgram(), environment);
    if (notBuilt !== undefined) throw noCli(`${notDownloaded}\n  ${notBuilt}`);
  }
  await layOut(binaryFolder, environment, languages);
  return cli;
}

/**
 * @param {string} binaryFolder
 * @param {NodeJS.ProcessEnv} environment
 * @param {{yaml?: boolean}} languages
 */
async function layOut(binaryFolder, environment, { yaml = false }) {
  const needed = yaml ? [languageHostProgram(), yamlHostProgram()] : [languageHostProgram()];
  for (const program of needed) {
    const notBuilt = await buildUnlessThere(program, environment);
    if (notBuilt !== undefined) throw noCli(notBuilt);
  }
  const yamlHost = builtExecutable(yamlHostProgram(), environment);
  const built = {
    cli: builtExecutable(cliProgram(), environment),
    languageHost: builtExecutable(languageHostProgram(), environment),
  };
  layOutBuilt(isExecutable(yamlHost) ? { ...built, yamlHost } : built, binaryFolder);
}

/** @param {string} reasons */
function noCli(reasons) {
  return new SetupError(
    `There is no whole Pulumi CLI, and none could be made available:\n  ${reasons}\n` +
      `Install the Pulumi CLI ${pulumiVersion} or newer (https://www.pulumi.com/docs/install/) so that it is on the PATH, ` +
      "or Go 1.25 or newer (https://go.dev/dl/), then try again.",
  );
}

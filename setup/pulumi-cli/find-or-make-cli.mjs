// Makes a Pulumi CLI available, from the nearest source that works: PATH, a cache, the official download, a build with Go.

import { homedir } from "node:os";
import { join } from "node:path";
import { cacheFolder, pulumiVersion } from "../project.mjs";
import { SetupError } from "../setup-error.mjs";
import { buildWithGo } from "./build-with-go.mjs";
import { cliName, isComplete, isExecutable } from "./cli-folder.mjs";
import { downloadCli } from "./download.mjs";
import { findOnPath } from "./find-on-path.mjs";
import { layOutBuilt, linkOfficial } from "./lay-out.mjs";

/**
 * Finds a Pulumi CLI or makes one available, and tells where it is.
 * @param {string} homeFolder Pulumi's home; the CLI appears in its `versions/<version>/bin`, where `npx pulumi` looks too
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<string>} the executable
 * @throws {SetupError} when there is no way to get one; says what to install
 */
export async function findOrMakeCli(homeFolder, environment = process.env) {
  const onPath = await findOnPath(environment);
  if (onPath !== undefined) return onPath;

  const versionFolder = join(homeFolder, "versions", pulumiVersion);
  const binaryFolder = join(versionFolder, "bin");
  const cli = join(binaryFolder, cliName);
  const builtFolder = join(cacheFolder(environment), `pulumi-${pulumiVersion}-built`);
  const built = join(builtFolder, "bin", cliName);
  const officialFolder = join(cacheFolder(environment), `pulumi-${pulumiVersion}`);
  const installed = [join(homedir(), ".pulumi", "versions", pulumiVersion), officialFolder];

  const official = installed.find((folder) => isComplete(join(folder, "bin")));
  if (official !== undefined) linkOfficial(official, versionFolder);
  else if (isExecutable(built)) layOutBuilt(built, binaryFolder);
  if (isComplete(binaryFolder)) return cli;

  const notDownloaded = await downloadCli(officialFolder);
  if (notDownloaded === undefined) {
    linkOfficial(officialFolder, versionFolder);
    return cli;
  }
  const notBuilt = await buildWithGo(builtFolder);
  if (notBuilt === undefined) {
    layOutBuilt(built, binaryFolder);
    return cli;
  }
  throw new SetupError(
    `There is no Pulumi CLI, and none could be made available:\n  ${notDownloaded}\n  ${notBuilt}\n` +
      `Install the Pulumi CLI ${pulumiVersion} or newer (https://www.pulumi.com/docs/install/) so that it is on the PATH, ` +
      "or Go 1.25 or newer (https://go.dev/dl/), then try again.",
  );
}

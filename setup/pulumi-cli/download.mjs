import { join } from "node:path";
import { nodePath, projectFolder, pulumiVersion } from "../project.mjs";
import { reportStep } from "../report-step.mjs";
import { collectOutput } from "../run-command.mjs";
import { isComplete } from "./cli-folder.mjs";
import { makeOnce } from "./make-once.mjs";

/** In a closed network the first request has to fail within this time. */
const ANSWER_SECONDS = 5;

/** The download itself, about 100 MB. */
const DOWNLOAD_SECONDS = 900;

/**
 * The official installer of the npm package `pulumi`, with a limit on how long it waits for the first answer.
 * Node 24 follows the proxy settings of the environment when NODE_USE_ENV_PROXY is set.
 */
const INSTALLER = `
const { installCLI } = require("pulumi/lib/download");
const fetchText = async (url) => {
  const response = await fetch(url, { signal: AbortSignal.timeout(${ANSWER_SECONDS * 1000}) });
  if (!response.ok) throw new Error("HTTP " + response.status + " from " + url);
  return response.text();
};
installCLI(process.argv[1], process.argv[2], { fetchText }).catch((error) => {
  console.error(error.cause ? error.message + ": " + error.cause.message : error.message);
  process.exit(1);
});
`;

/**
 * Downloads the official CLI with its language hosts into a folder of the cache.
 * @param {string} folder
 * @returns {Promise<string | undefined>} why it did not work, or nothing when the folder is there now
 */
export async function downloadCli(folder) {
  const what = `Downloading Pulumi ${pulumiVersion} (about 100 MB; gives up after ${ANSWER_SECONDS} s without an answer)`;
  try {
    await reportStep(what, () => makeOnce(folder, installOfficial));
    return undefined;
  } catch (error) {
    const reason = `the official download did not work: ${/** @type {Error} */ (error).message}`;
    process.stderr.write(`  ${reason}\n`);
    return reason;
  }
}

/** @param {string} folder */
async function installOfficial(folder) {
  const { exitCode, output } = await collectOutput(
    nodePath(),
    ["-e", INSTALLER, "--", pulumiVersion, folder],
    {
      folder: projectFolder,
      environment: { ...process.env, NODE_USE_ENV_PROXY: "1" },
      timeoutSeconds: DOWNLOAD_SECONDS,
    },
  );
  if (exitCode !== 0) throw new Error(output.trim().split("\n").at(-1) || `exit code ${exitCode}`);
  if (!isComplete(join(folder, "bin"))) throw new Error("the installer ended, but the CLI is not there");
}

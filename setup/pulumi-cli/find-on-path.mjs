import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { pulumiVersion, searchFolders } from "../project.mjs";
import { collectOutput } from "../run-command.mjs";
import { cliName, isExecutable, languageHostName } from "./cli-folder.mjs";

/** A CLI answers `pulumi version` at once; one that does not is an installer or a wrapper. */
const ANSWER_SECONDS = 10;

/**
 * Looks for a Pulumi CLI that the user has installed: on PATH, in the right version, with its Node language host.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<string | undefined>} the executable
 */
export async function findOnPath(environment = process.env) {
  const folders = searchFolders(environment);
  const found = folders.map((folder) => join(folder, cliName)).find(isExecutable);
  if (found === undefined) return undefined;
  const real = realpathSync(found);
  // The npm package `pulumi` downloads a CLI when it is run; asking it for its version would start that.
  if (real.includes("node_modules")) return undefined;
  const hasLanguageHost = [dirname(real), ...folders].some((folder) =>
    isExecutable(join(folder, languageHostName("nodejs"))),
  );
  if (!hasLanguageHost) return undefined;
  const { exitCode, output } = await collectOutput(found, ["version"], {
    environment: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeoutSeconds: ANSWER_SECONDS,
  });
  return exitCode === 0 && isRightVersion(output) ? found : undefined;
}

/**
 * A CLI fits when it is of the same major version as the SDK and not older.
 * @param {string} text what `pulumi version` printed
 * @param {string} wanted
 * @returns {boolean}
 */
export function isRightVersion(text, wanted = pulumiVersion) {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/m.exec(text.trim());
  if (found === null) return false;
  const [major = 0, minor = 0, patch = 0] = found.slice(1).map(Number);
  const [wantedMajor = 0, wantedMinor = 0, wantedPatch = 0] = wanted.split(".").map(Number);
  if (major !== wantedMajor) return false;
  return minor > wantedMinor || (minor === wantedMinor && patch >= wantedPatch);
}

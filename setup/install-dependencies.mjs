import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { oneAtATime } from "./one-at-a-time.mjs";
import { projectFolder } from "./project.mjs";
import { reportStep } from "./report-step.mjs";
import { collectOutput } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

/**
 * Whether node_modules holds exactly what package-lock.json says. npm keeps a copy of what it installed in
 * `node_modules/.package-lock.json`; packages for other platforms are left out there.
 * @param {string} folder
 * @returns {boolean}
 */
export function isInStep(folder = projectFolder) {
  const installedFile = join(folder, "node_modules", ".package-lock.json");
  if (!existsSync(installedFile) || !existsSync(join(folder, "node_modules", ".bin", "node"))) return false;
  const wanted = readPackages(join(folder, "package-lock.json"));
  const installed = readPackages(installedFile);
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "") continue;
    const found = installed[path];
    if (found === undefined ? !(entry.optional || entry.devOptional) : found.version !== entry.version)
      return false;
  }
  return Object.keys(installed).every((path) => path in wanted);
}

/** Installs the dependencies when they are missing or not in step with package-lock.json. */
export async function installDependencies() {
  if (isInStep()) return;
  await oneAtATime(join(projectFolder, ".pulumi", "install.lock"), async () => {
    if (!isInStep()) await install();
  });
}

async function install() {
  await reportStep("Installing dependencies with npm ci (1 to 3 minutes)", async () => {
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    const { exitCode, output } = await collectOutput(npm, ["ci", "--no-audit", "--no-fund"], {
      folder: projectFolder,
    });
    if (exitCode === 0) return;
    throw new SetupError(
      `${output.trim()}\n\nnpm ci failed. Check that the npm registry can be reached, then try again.`,
    );
  });
  if (!isInStep()) {
    throw new SetupError(
      "npm ci ended, but node_modules is not in step with package-lock.json. Run `npm install` and commit the new lock file.",
    );
  }
}

/**
 * @param {string} file
 * @returns {Record<string, {version?: string, optional?: boolean, devOptional?: boolean}>}
 */
function readPackages(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
}

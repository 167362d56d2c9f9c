// Azurite, an Azure Storage endpoint for tests. Its package is test/azurite; it is installed once for all clones, into the user's
// cache folder, and started by the tests that need it.

import { createHash } from "node:crypto";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, projectFolder } from "./project.mjs";
import { makeOnce } from "./pulumi-cli/make-once.mjs";
import { reportStep } from "./report-step.mjs";
import { collectOutput } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

/**
 * Installs Azurite if it is not there as its lock file says.
 * @returns {Promise<string>} the program of its blob service
 */
export async function ensureAzurite() {
  const source = join(projectFolder, "test", "azurite");
  const lock = readFileSync(join(source, "package-lock.json"));
  const name = `azurite-${createHash("sha256").update(lock).digest("hex").slice(0, 12)}`;
  const folder = join(cacheFolder(), name);
  const program = join("node_modules", "azurite", "dist", "src", "blob", "main.js");
  if (existsSync(join(folder, program))) return join(folder, program);
  await reportStep("Installing Azurite for tests (about a minute, once)", () =>
    makeOnce(folder, async (newFolder) => {
      for (const file of ["package.json", "package-lock.json", ".npmrc"]) {
        cpSync(join(source, file), join(newFolder, file));
      }
      const npm = process.platform === "win32" ? "npm.cmd" : "npm";
      const parameters = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
      const { exitCode, output } = await collectOutput(npm, parameters, { folder: newFolder });
      if (exitCode !== 0) {
        throw new SetupError(
          `${output.trim()}\n\nAzurite was not installed. Check that the npm registry can be reached.`,
        );
      }
    }),
  );
  return join(folder, program);
}

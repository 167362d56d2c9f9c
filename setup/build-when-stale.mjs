import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { oneAtATime } from "./one-at-a-time.mjs";
import { nodePath, projectFolder } from "./project.mjs";
import { reportStep } from "./report-step.mjs";
import { collectOutput } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

/** Files outside provider/ that change what the build makes. */
const SETTINGS = ["tsconfig.json", "tsconfig.build.json", "package-lock.json", "setup/bundle.mjs"];

/** The file in dist/ that holds the fingerprint of what it was built from. */
const STAMP = ".built-from";

/**
 * A fingerprint of everything the build reads: names and contents of the sources, and the settings.
 * @param {string} folder
 * @returns {string}
 */
export function fingerprint(folder = projectFolder) {
  const sourceFolder = join(folder, "provider");
  const sources = readdirSync(sourceFolder, { recursive: true, encoding: "utf8" })
    .map((path) => join(sourceFolder, path))
    .filter((path) => statSync(path).isFile());
  const hash = createHash("sha256");
  for (const file of [...sources.sort(), ...SETTINGS.map((name) => join(folder, name))]) {
    hash
      .update(`${file.slice(folder.length)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

/**
 * Builds dist/ when the sources have changed since the last build. It builds beside dist/ and then swaps the folders, so that a
 * program that is running from dist/ keeps finding its files, and a failed build leaves the old one.
 */
export async function buildWhenStale() {
  const distFolder = join(projectFolder, "dist");
  const current = fingerprint();
  if (builtFrom(distFolder) === current) return;
  await oneAtATime(join(projectFolder, ".pulumi", "build.lock"), async () => {
    if (builtFrom(distFolder) !== current) await build(distFolder, current);
  });
}

/**
 * @param {string} distFolder
 * @param {string} current the fingerprint of the sources
 */
async function build(distFolder, current) {
  await reportStep("Building dist/ with TypeScript (about 10 seconds)", async () => {
    const newFolder = `${distFolder}.${process.pid}`;
    try {
      const compiler = join(projectFolder, "node_modules", "typescript", "bin", "tsc");
      const parameters = [compiler, "-p", "tsconfig.build.json", "--outDir", newFolder];
      const { exitCode, output } = await collectOutput(nodePath(), parameters, { folder: projectFolder });
      if (exitCode !== 0) {
        throw new SetupError(`${output.trim()}\n\nThe sources do not compile; see the errors above.`);
      }
      // It is there only after an installation, which may come before this in the same process.
      const { bundle } = await import("./bundle.mjs");
      await bundle(newFolder);
      chmodSync(join(newFolder, "bundle", "command.js"), 0o755);
      writeFileSync(join(newFolder, STAMP), current);
      swap(newFolder, distFolder);
    } finally {
      rmSync(newFolder, { recursive: true, force: true });
    }
  });
}

/**
 * @param {string} distFolder
 * @returns {string | undefined} the fingerprint of the sources that this build was made from
 */
function builtFrom(distFolder) {
  const file = join(distFolder, STAMP);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/**
 * @param {string} newFolder
 * @param {string} distFolder
 */
function swap(newFolder, distFolder) {
  const oldFolder = `${newFolder}.old`;
  if (existsSync(distFolder)) renameSync(distFolder, oldFolder);
  renameSync(newFolder, distFolder);
  rmSync(oldFolder, { recursive: true, force: true });
}

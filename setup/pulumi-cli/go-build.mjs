import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reportStep } from "../report-step.mjs";
import { collectOutput } from "../run-command.mjs";
import { makeOnce } from "./make-once.mjs";

/**
 * @typedef {object} GoProgram
 * @property {string} what what is built and how long it takes, for the progress line
 * @property {string} executable the name of the file, in the folder `bin`
 * @property {Record<string, string>} modules the Go modules that it is built of, with their exact versions
 * @property {string} packageName the Go package to build; "." when it is made of own sources
 * @property {Record<string, string>} [sources] own sources by their file names
 * @property {string} [linkFlags]
 */

/** The last lines of the compiler are the ones that tell what is wrong. */
const SHOWN_LINES = 5;

/**
 * Builds a program with Go into a folder of the cache, for networks from which the official download cannot be reached.
 * @param {GoProgram} program
 * @param {string} folder the folder of the cache to make
 * @returns {Promise<string | undefined>} why it did not work, or nothing when the folder is there now
 */
export async function goBuild(program, folder) {
  const goVersion = await collectOutput("go", ["version"]);
  if (goVersion.exitCode !== 0)
    return `Go is not installed, so ${program.executable} cannot be built from source`;
  try {
    await reportStep(`Building ${program.what}`, () => makeOnce(folder, (made) => compile(program, made)));
    return undefined;
  } catch (error) {
    return `building ${program.executable} with Go did not work: ${/** @type {Error} */ (error).message}`;
  }
}

/**
 * @param {GoProgram} program
 * @param {string} folder
 */
async function compile({ executable, modules, packageName, sources = {}, linkFlags = "" }, folder) {
  const moduleFolder = join(folder, "module");
  const binaryFolder = join(folder, "bin");
  mkdirSync(moduleFolder);
  mkdirSync(binaryFolder);
  // A Go module that says only which versions are wanted; `go build` completes it with what those need.
  const requirements = Object.entries(modules).map(([path, version]) => `\t${path} ${version}\n`);
  const tool = packageName === "." ? "" : `\ntool ${packageName}\n`;
  writeFileSync(
    join(moduleFolder, "go.mod"),
    `module siterecovery.local/${executable}\n\ngo 1.25.0\n\nrequire (\n${requirements.join("")})\n${tool}`,
  );
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(moduleFolder, name), text);
  const target = join(binaryFolder, executable);
  const flags = ["-mod=mod", "-trimpath", "-ldflags", `-s -w ${linkFlags}`];
  const { exitCode, output } = await collectOutput("go", ["build", ...flags, "-o", target, packageName], {
    folder: moduleFolder,
    environment: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" },
  });
  if (exitCode !== 0) throw new Error(output.trim().split("\n").slice(-SHOWN_LINES).join("\n"));
  rmSync(moduleFolder, { recursive: true, force: true });
}

// What is built with Go where the official download is out of reach: the CLI, and the language hosts that it needs beside it.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, projectFolder, pulumiVersion } from "../project.mjs";
import { cliName } from "./cli-folder.mjs";
import { goBuild } from "./go-build.mjs";

const PULUMI = {
  "github.com/pulumi/pulumi/pkg/v3": `v${pulumiVersion}`,
  "github.com/pulumi/pulumi/sdk/v3": `v${pulumiVersion}`,
};

/** The newest version of the host for Pulumi YAML that is served as a Go module; it speaks to any CLI of the same major version. */
const YAML_VERSION = "v1.32.0";

/** @returns {import("./go-build.mjs").GoProgram & {folderName: string}} the Pulumi CLI */
export function cliProgram() {
  return {
    folderName: `pulumi-${pulumiVersion}-built`,
    what: `Pulumi ${pulumiVersion} with Go (4 to 10 minutes, once on this machine)`,
    executable: cliName,
    modules: PULUMI,
    packageName: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    linkFlags: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`,
  };
}

/** @returns {import("./go-build.mjs").GoProgram & {folderName: string}} the stand-in that runs Node and Python programs */
export function languageHostProgram() {
  const folder = join(projectFolder, "setup", "language-host");
  const names = readdirSync(folder).filter((name) => name.endsWith(".go") || name.endsWith(".py"));
  const sources = Object.fromEntries(
    names.sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
  const hash = createHash("sha256").update(JSON.stringify(sources)).digest("hex").slice(0, 12);
  return {
    folderName: `pulumi-${pulumiVersion}-language-host-${hash}`,
    what: "a host for Node and Python programs with Go (half a minute, once on this machine)",
    executable: "pulumi-language-host",
    modules: PULUMI,
    packageName: ".",
    sources,
  };
}

/** @returns {import("./go-build.mjs").GoProgram & {folderName: string}} the official host of Pulumi YAML programs */
export function yamlHostProgram() {
  return {
    folderName: `pulumi-language-yaml-${YAML_VERSION}`,
    what: "Pulumi's host for YAML programs with Go (1 to 3 minutes, once on this machine)",
    executable: "pulumi-language-yaml",
    modules: { "github.com/pulumi/pulumi-yaml": YAML_VERSION },
    packageName: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    linkFlags: `-X github.com/pulumi/pulumi-yaml/pkg/version.Version=${YAML_VERSION}`,
  };
}

/**
 * @param {import("./go-build.mjs").GoProgram & {folderName: string}} program
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string} where its executable is or would be
 */
export function builtExecutable(program, environment) {
  return join(cacheFolder(environment), program.folderName, "bin", program.executable);
}

/**
 * Builds a program unless it is there already.
 * @param {import("./go-build.mjs").GoProgram & {folderName: string}} program
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<string | undefined>} why it did not work, or nothing when it is there now
 */
export async function buildUnlessThere(program, environment) {
  if (existsSync(builtExecutable(program, environment))) return undefined;
  return goBuild(program, join(cacheFolder(environment), program.folderName));
}

import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { projectFolder } from "../project.mjs";
import { cliName, isExecutable, languageHostName } from "./cli-folder.mjs";

/**
 * Makes an officially installed CLI appear as a version of a Pulumi home.
 * @param {string} installedFolder holds bin/
 * @param {string} versionFolder `$PULUMI_HOME/versions/<version>`
 */
export function linkOfficial(installedFolder, versionFolder) {
  if (existsSync(versionFolder)) return;
  mkdirSync(dirname(versionFolder), { recursive: true });
  // A link whose target was deleted does not "exist", but stands in the way.
  rmSync(versionFolder, { force: true });
  try {
    symlinkSync(installedFolder, versionFolder, "dir");
  } catch (error) {
    if (!existsSync(versionFolder)) throw error;
  }
}

/**
 * @typedef {object} Built what was built with Go, by its place in the cache
 * @property {string} cli
 * @property {string} languageHost the stand-in for the hosts of Node and Python programs
 * @property {string} [yamlHost] the host of YAML programs, when it is there
 */

/**
 * Lays out a CLI that was built with Go as a version of a Pulumi home: the binary, the language hosts, and the script that runs
 * dynamic providers, which has to lie beside the binary. Files that are right already stay untouched.
 * @param {Built} built
 * @param {string} binaryFolder `$PULUMI_HOME/versions/<version>/bin`
 */
export function layOutBuilt({ cli, languageHost, yamlHost }, binaryFolder) {
  mkdirSync(binaryFolder, { recursive: true });
  putBinary(join(binaryFolder, cliName), cli);
  putBinary(join(binaryFolder, languageHostName("nodejs")), languageHost);
  putBinary(join(binaryFolder, languageHostName("python")), languageHost);
  if (yamlHost !== undefined) putBinary(join(binaryFolder, languageHostName("yaml")), yamlHost);
  const provider = "pulumi-resource-pulumi-nodejs";
  putText(join(binaryFolder, provider), textOf("node_modules", "@pulumi", "pulumi", provider));
}

/** @param {string[]} path below the project's folder */
function textOf(...path) {
  return readFileSync(join(projectFolder, ...path), "utf8");
}

/**
 * @param {string} target
 * @param {string} binary
 */
function putBinary(target, binary) {
  if (isExecutable(target) && isSameFile(target, binary)) return;
  replaceFile(target, (temporary) => linkOrCopy(binary, temporary));
}

/**
 * A link to the binary, or a copy of it that is not older.
 * @param {string} one
 * @param {string} other
 */
function isSameFile(one, other) {
  const [first, second] = [statSync(one), statSync(other)];
  return first.ino === second.ino || (first.size === second.size && first.mtimeMs >= second.mtimeMs);
}

/**
 * The CLI looks for its companions beside its own file with links resolved, so a symbolic link would not do.
 * @param {string} from
 * @param {string} to
 */
function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/**
 * @param {string} file
 * @param {string} text
 */
function putText(file, text) {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  replaceFile(file, (temporary) => {
    writeFileSync(temporary, text);
    chmodSync(temporary, 0o755);
  });
}

/**
 * Replaces a file in one step, so that another process never sees half of it.
 * @param {string} file
 * @param {(temporary: string) => void} write
 */
function replaceFile(file, write) {
  const temporary = `${file}.${process.pid}`;
  rmSync(temporary, { force: true });
  write(temporary);
  renameSync(temporary, file);
}

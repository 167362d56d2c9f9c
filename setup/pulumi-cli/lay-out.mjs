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
import { cliName, isExecutable } from "./cli-folder.mjs";

/** Starts the stand-in language host that lies beside it, with the Node of the PATH, as the official one does. */
const LANGUAGE_HOST_SCRIPT = `#!/bin/sh
exec node "$(dirname "$0")/language-host.mjs" "$@"
`;

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
 * Lays out a CLI that was built with Go as a version of a Pulumi home: the binary, the stand-in for the Node language host, and
 * the script that runs dynamic providers, which has to lie beside the binary. Files that are right already stay untouched.
 * @param {string} binary the CLI in the cache
 * @param {string} binaryFolder `$PULUMI_HOME/versions/<version>/bin`
 */
export function layOutBuilt(binary, binaryFolder) {
  mkdirSync(binaryFolder, { recursive: true });
  const target = join(binaryFolder, cliName);
  if (!isExecutable(target) || statSync(target).size !== statSync(binary).size) {
    replaceFile(target, (temporary) => linkOrCopy(binary, temporary));
  }
  const provider = "pulumi-resource-pulumi-nodejs";
  putText(join(binaryFolder, provider), textOf("node_modules", "@pulumi", "pulumi", provider));
  putText(join(binaryFolder, "language-host.mjs"), textOf("setup", "language-host", "language-host.mjs"));
  putText(join(binaryFolder, "pulumi-language-nodejs"), LANGUAGE_HOST_SCRIPT);
}

/** @param {string[]} path below the project's folder */
function textOf(...path) {
  return readFileSync(join(projectFolder, ...path), "utf8");
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

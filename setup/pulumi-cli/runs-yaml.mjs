import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Both ways to write it: `runtime: yaml`, and `runtime:` with `name: yaml` below it or in braces. */
const YAML_RUNTIME = /^runtime:(?:[ \t]*\{)?\s*(?:name:[ \t]*)?["']?yaml\b/m;

/**
 * Whether the CLI is about to run a program in Pulumi YAML: the project is in the folder that `-C` names, or in the current one,
 * or in one above.
 * @param {string[]} parameters of the CLI
 * @param {string} currentFolder
 * @returns {boolean}
 */
export function runsYaml(parameters, currentFolder = process.cwd()) {
  const project = projectFile(resolve(currentFolder, namedFolder(parameters) ?? "."));
  return project !== undefined && YAML_RUNTIME.test(readFileSync(project, "utf8"));
}

/** @param {string[]} parameters */
function namedFolder(parameters) {
  const index = parameters.findIndex((parameter) => /^(?:-C|--cwd)(?:=|$)/.test(parameter));
  const parameter = parameters[index];
  if (parameter === undefined) return undefined;
  return parameter.includes("=") ? parameter.slice(parameter.indexOf("=") + 1) : parameters[index + 1];
}

/**
 * @param {string} folder
 * @returns {string | undefined}
 */
function projectFile(folder) {
  for (const name of ["Pulumi.yaml", "Pulumi.yml"]) {
    if (existsSync(join(folder, name))) return join(folder, name);
  }
  return dirname(folder) === folder ? undefined : projectFile(dirname(folder));
}

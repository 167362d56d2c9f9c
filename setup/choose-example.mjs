import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "./project.mjs";
import { SetupError } from "./setup-error.mjs";

/** The example that `npm start` runs when none is named. */
export const DEFAULT_EXAMPLE = "hyperv-to-azure";

/**
 * The example that the command line names first, whether it has `--verbose`, and its other words, which are for `pulumi up`.
 * @param {readonly string[]} words
 * @returns {{ example: string, rest: string[], isVerbose: boolean }}
 */
export function chooseExample(words) {
  const isVerbose = words.includes("--verbose");
  const [first, ...others] = words.filter((word) => word !== "--verbose");
  if (first === undefined || first.startsWith("-")) {
    return { example: DEFAULT_EXAMPLE, rest: first === undefined ? [] : [first, ...others], isVerbose };
  }
  const folder = join(projectFolder, "examples");
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "siterecovery.yaml")));
  if (!names.includes(first)) {
    throw new SetupError(`There is no example ${first}. Choose one of: ${names.sort().join(", ")}.`, 2);
  }
  return { example: first, rest: others, isVerbose };
}

/**
 * What an example is run with besides the environment of the set-up: each but the default one has a stack and an
 * engine's home of its own, so that none takes down what another protects.
 * @param {string} example
 * @param {Record<string, string>} env
 * @returns {{ stack: string, environment: Record<string, string> }}
 */
export function surroundingsOf(example, env) {
  const isDefault = example === DEFAULT_EXAMPLE;
  const home = isDefault
    ? {}
    : { SITERECOVERY_HOME: join(projectFolder, "examples", example, ".siterecovery") };
  return {
    stack: env["PULUMI_STACK"] || (isDefault ? "dev" : example),
    environment: { ...home, ...env, SITERECOVERY_EXAMPLE: example },
  };
}

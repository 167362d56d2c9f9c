import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "./project.mjs";
import { SetupError } from "./setup-error.mjs";

/** The example that `npm start` runs when none is named. */
export const DEFAULT_EXAMPLE = "hyperv-to-azure";

/**
 * The example that the command line names first, whether it has `--verbose`, where its replicas go (`--target azurite`, with
 * `--keep` to leave that running), whether the service is to run afterwards (`--serve`), and its other words, which are for
 * `pulumi up`.
 * @param {readonly string[]} given
 * @returns {{ example: string, rest: string[], isVerbose: boolean, target?: "azurite", keeps?: boolean, serves?: boolean }}
 */
export function chooseExample(given) {
  const { words, ...target } = targetOf(given);
  const isVerbose = words.includes("--verbose");
  const serves = words.includes("--serve");
  if (serves && target.target !== undefined) {
    throw new SetupError(
      "--serve does not go with --target azurite, whose storage ends with the command. Leave one out.",
      2,
    );
  }
  const others = words.filter((word) => word !== "--verbose" && word !== "--serve");
  return { ...exampleOf(others), isVerbose, ...target, ...(serves ? { serves } : {}) };
}

/**
 * @param {readonly string[]} words
 * @returns {{ words: string[], target?: "azurite", keeps?: boolean }}
 */
function targetOf(words) {
  const at = words.indexOf("--target");
  if (at < 0) return { words: [...words] };
  if (words[at + 1] !== "azurite") {
    throw new SetupError(
      "Replicas of an example go to the engine's home, or with --target azurite to Azurite.",
      2,
    );
  }
  const others = words.filter((word, index) => index !== at && index !== at + 1 && word !== "--keep");
  return { words: others, target: "azurite", keeps: words.includes("--keep") };
}

/** @returns {string[]} names of the examples, sorted */
function exampleNames() {
  const folder = join(projectFolder, "examples");
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "siterecovery.yaml")))
    .sort();
}

/** What `npm start -- --help` prints. */
export function startUsage() {
  return [
    "npm start [-- <example>] [--verbose] [--serve | --target azurite [--keep]] [words for pulumi up]",
    "",
    "Makes the machines of an example, protects them with `pulumi up`, and says what to type next.",
    "",
    `  <example>         ${exampleNames().join(", ")}; default: ${DEFAULT_EXAMPLE}`,
    "  --verbose         shows all that Pulumi prints",
    "  --serve           starts the service afterwards, in the foreground",
    "  --target azurite  keeps the replicas in an Azurite that is started for it; --keep lets it run",
    "",
  ].join("\n");
}

/**
 * @param {readonly string[]} words
 * @returns {{ example: string, rest: string[] }}
 */
function exampleOf(words) {
  const [first, ...others] = words;
  if (first === undefined || first.startsWith("-")) {
    return { example: DEFAULT_EXAMPLE, rest: first === undefined ? [] : [first, ...others] };
  }
  const names = exampleNames();
  if (!names.includes(first)) {
    throw new SetupError(`There is no example ${first}. Choose one of: ${names.join(", ")}.`, 2);
  }
  return { example: first, rest: others };
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

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { collectOutput } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

/**
 * Drops from a stack's state the operations that were under way when a run was killed. Pulumi keeps them, and warns about them
 * at every run, because for most providers it is not known how they ended. This project's engine can: it carries on with what
 * was begun when the same thing is asked for again. A `pulumi refresh` would drop them too, but also adopt every drift.
 * @param {string} pulumi the CLI
 * @param {string} stack
 * @param {{folder: string, environment: Record<string, string>}} run
 * @returns {Promise<string[]>} one sentence for each operation dropped
 */
export async function forgetInterruptedOperations(pulumi, stack, run) {
  if (!mayHaveInterrupted(run.environment["PULUMI_BACKEND_URL"] ?? "", stack)) return [];
  const temporaryFolder = mkdtempSync(join(tmpdir(), "siterecovery-state-"));
  const file = join(temporaryFolder, "state.json");
  try {
    await succeed(pulumi, ["stack", "export", "--stack", stack, "--file", file], run);
    const { kept, dropped } = dropInterrupted(JSON.parse(readFileSync(file, "utf8")));
    if (dropped.length === 0) return [];
    writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
    await succeed(pulumi, ["stack", "import", "--stack", stack, "--file", file], run);
    return dropped.map(
      ({ name, type }) => `The last run was interrupted while ${type} ${name}; this one carries on.`,
    );
  } finally {
    rmSync(temporaryFolder, { recursive: true, force: true });
  }
}

/**
 * @param {any} state what `pulumi stack export` wrote
 * @returns {{kept: any, dropped: {name: string, type: string}[]}}
 */
export function dropInterrupted(state) {
  const { pending_operations: pending = [], ...deployment } = state.deployment ?? {};
  const dropped = pending.map((/** @type {any} */ operation) => ({
    name:
      String(operation.resource?.urn ?? "")
        .split("::")
        .at(-1) ?? "",
    type: String(operation.type),
  }));
  return { kept: { ...state, deployment }, dropped };
}

/**
 * A look at the state's file, which is much faster than asking the CLI.
 * @param {string} backend
 * @param {string} stack
 * @returns {boolean}
 */
function mayHaveInterrupted(backend, stack) {
  if (!backend.startsWith("file:///")) return false;
  const stacksFolder = join(fileURLToPath(backend), ".pulumi", "stacks");
  if (!existsSync(stacksFolder)) return false;
  return readdirSync(stacksFolder)
    .map((project) => join(stacksFolder, project, `${stack}.json`))
    .some((file) => existsSync(file) && /"pending_operations":\s*\[\s*\{/.test(readFileSync(file, "utf8")));
}

/**
 * @param {string} pulumi
 * @param {string[]} parameters
 * @param {{folder: string, environment: Record<string, string>}} run
 */
async function succeed(pulumi, parameters, run) {
  const { exitCode, output } = await collectOutput(pulumi, parameters, run);
  if (exitCode !== 0)
    throw new SetupError(
      `${output.trim()}\n\nThe state of stack ${stackOf(parameters)} could not be repaired.`,
    );
}

/** @param {string[]} parameters */
function stackOf(parameters) {
  return parameters[parameters.indexOf("--stack") + 1];
}

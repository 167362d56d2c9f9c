import { join } from "node:path";
import { nodePath, projectFolder } from "./project.mjs";
import { collectOutput } from "./run-command.mjs";
import { measure } from "./test-report.mjs";

const CACHE = join(projectFolder, "node_modules", ".cache");

/** Checks that need no run of the project; each counts as one test. The path is inside node_modules. */
const CHECKS = [
  {
    name: "format",
    command: "prettier/bin/prettier.cjs",
    parameters: ["--check", "--log-level", "warn", "--cache", "."],
  },
  { name: "lint", command: "eslint/bin/eslint.js", parameters: ["--max-warnings", "0", "."] },
  {
    name: "import law",
    command: "dependency-cruiser/bin/dependency-cruiser.mjs",
    parameters: ["--config", ".dependency-cruiser.cjs", "provider", "setup"],
  },
  {
    name: "types",
    command: "typescript/bin/tsc",
    // A second run checks only what has changed.
    parameters: [
      "-p",
      "tsconfig.json",
      "--incremental",
      "--tsBuildInfoFile",
      join(CACHE, "types.tsbuildinfo"),
    ],
  },
];

/**
 * Runs the static checks, all at once, since each keeps one processor busy at most, and prints what those that fail have to say.
 * @param {string} [filter] only checks whose name contains it
 * @returns {Promise<import("./test-report.mjs").Row[]>}
 */
export async function runStaticChecks(filter = "") {
  const checks = CHECKS.filter(({ name }) => name.includes(filter)).map(async (check) => {
    const row = await measure(check.name, async () => {
      const command = join(projectFolder, "node_modules", check.command);
      const { exitCode, output } = await collectOutput(nodePath(), [command, ...check.parameters], {
        folder: projectFolder,
      });
      if (exitCode !== 0) process.stdout.write(`\n${output.trim()}\n`);
      return exitCode === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
    });
    process.stdout.write(`${row.failed === 0 ? "✓" : "✗"} ${check.name}\n`);
    return row;
  });
  return Promise.all(checks);
}

import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { nodePath, projectFolder } from "./project.mjs";
import { runOnTerminal } from "./run-command.mjs";
import { countTests, failuresOf, filesToTryAgain, measure, withSecondTry } from "./test-report.mjs";

/**
 * Runs the tests of one vitest project, with readable output on the terminal, and counts them. In CI, files that fail get a
 * second try, and the report says so.
 * @param {"unit" | "e2e" | "machines"} project as named in vitest.config.ts
 * @param {string[]} filters parts of test file paths; without them all tests of the project run
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<import("./test-report.mjs").Row>}
 */
export function runVitest(project, filters, environment) {
  return measure(project, async () => {
    const first = await runOnce(project, filters, environment);
    const again = environment["CI"] ? filesToTryAgain(first.report) : [];
    if (again.length === 0) return resultOf(first);
    process.stdout.write(`\nA second try of ${again.map(withoutFolder).join(", ")}:\n`);
    const second = await runOnce(project, again, environment);
    const failuresBefore = failuresOf(first.report, first.exitCode).map(withoutFolder);
    const result = resultOf({ ...second, report: withSecondTry(first.report, second.report) });
    return { ...result, unsteady: result.failed === 0 ? failuresBefore : [] };
  });
}

/**
 * @param {{ report: unknown, exitCode: number }} run
 * @returns {import("./test-report.mjs").Result}
 */
function resultOf({ report, exitCode }) {
  return { ...countTests(report, exitCode), failures: failuresOf(report, exitCode).map(withoutFolder) };
}

/**
 * @param {string} project
 * @param {string[]} filters
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<{ report: unknown, exitCode: number }>}
 */
async function runOnce(project, filters, environment) {
  const reportFolder = join(projectFolder, ".cache", "test");
  const reportFile = join(reportFolder, `${project}.${process.pid}.json`);
  mkdirSync(reportFolder, { recursive: true });
  const vitest = join(projectFolder, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const parameters = [vitest, "run", "--project", project, "--passWithNoTests", ...reporters, ...filters];
  try {
    const exitCode = await runOnTerminal(nodePath(), parameters, { folder: projectFolder, environment });
    return {
      report: existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, "utf8")) : undefined,
      exitCode,
    };
  } finally {
    rmSync(reportFile, { force: true });
  }
}

/** @param {string} line */
function withoutFolder(line) {
  return line.replaceAll(`${projectFolder}/`, "");
}

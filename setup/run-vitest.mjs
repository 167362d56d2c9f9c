import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { nodePath, projectFolder } from "./project.mjs";
import { runOnTerminal } from "./run-command.mjs";
import { countTests, failuresOf, measure } from "./test-report.mjs";

/**
 * Runs the tests of one vitest project, with readable output on the terminal, and counts them.
 * @param {"unit" | "e2e" | "machines"} project as named in vitest.config.ts
 * @param {string[]} filters parts of test file paths; without them all tests of the project run
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<import("./test-report.mjs").Row>}
 */
export function runVitest(project, filters, environment) {
  return measure(project, async () => {
    const reportFolder = join(projectFolder, ".cache", "test");
    const reportFile = join(reportFolder, `${project}.${process.pid}.json`);
    mkdirSync(reportFolder, { recursive: true });
    const vitest = join(projectFolder, "node_modules", "vitest", "vitest.mjs");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
    const parameters = [vitest, "run", "--project", project, "--passWithNoTests", ...reporters, ...filters];
    try {
      const exitCode = await runOnTerminal(nodePath(), parameters, { folder: projectFolder, environment });
      const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, "utf8")) : undefined;
      return { ...countTests(report, exitCode), failures: failuresOf(report, exitCode).map(withoutFolder) };
    } finally {
      rmSync(reportFile, { force: true });
    }
  });
}

/** @param {string} line */
function withoutFolder(line) {
  return line.replaceAll(`${projectFolder}/`, "");
}

import { formatSeconds } from "./report-step.mjs";

/**
 * @typedef {{passed: number, failed: number, skipped: number}} Counts
 * @typedef {Counts & {failures?: string[], unsteady?: string[]}} Result `failures` says what failed, a line each, `unsteady` what did so at the
 *   first try only
 * @typedef {Result & {name: string, seconds: number}} Row one step of `npm test`
 * @typedef {{status: string, fullName?: string, failureMessages?: string[]}} TestResult
 * @typedef {{name?: string, status: string, message?: string, assertionResults: TestResult[]}} FileResult
 */

/**
 * Runs one step and notes how long it took.
 * @param {string} name
 * @param {() => Promise<Result>} work
 * @returns {Promise<Row>}
 */
export async function measure(name, work) {
  const startedAt = Date.now();
  const counts = await work();
  return { name, ...counts, seconds: (Date.now() - startedAt) / 1000 };
}

/**
 * Counts what vitest did. A file that could not be loaded, and an error outside any test, count as one failed test each.
 * @param {unknown} report what vitest's JSON reporter wrote, or `undefined` if it wrote nothing
 * @param {number} exitCode vitest's exit code
 * @returns {Counts}
 */
export function countTests(report, exitCode) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of filesOf(report)) {
    for (const { status } of file.assertionResults) {
      if (status === "passed") counts.passed += 1;
      else if (status === "failed") counts.failed += 1;
      else counts.skipped += 1;
    }
    if (couldNotBeLoaded(file)) counts.failed += 1;
  }
  if (exitCode !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/**
 * Says what failed, so that the end of a long output is enough to know it.
 * @param {unknown} report as for `countTests`
 * @param {number} exitCode vitest's exit code
 * @returns {string[]} a line for each that `countTests` counts as failed
 */
export function failuresOf(report, exitCode) {
  const failures = filesOf(report).flatMap((file) => [
    ...file.assertionResults
      .filter(({ status }) => status === "failed")
      .map((test) => `${file.name ?? "?"}: ${test.fullName ?? "?"}${firstLine(test.failureMessages?.[0])}`),
    ...(couldNotBeLoaded(file) ? [`${file.name ?? "?"}: not loaded${firstLine(file.message)}`] : []),
  ]);
  if (exitCode !== 0 && failures.length === 0)
    failures.push(`no test failed, but vitest ended with ${exitCode}: see "Unhandled" above`);
  return failures;
}

/** More files than these fail for a reason. */
const triedAgainMax = 3;

/**
 * Files that failed and are worth a second try: a machine that others use too may stall a test for minutes.
 * @param {unknown} report as for `countTests`
 * @returns {string[]} their paths; none if many failed
 */
export function filesToTryAgain(report) {
  const failed = filesOf(report).flatMap(({ name, status }) =>
    status === "failed" && name !== undefined ? [name] : [],
  );
  return failed.length <= triedAgainMax ? failed : [];
}

/**
 * The results of a first try, with those of a second in the place of the same files'.
 * @param {unknown} first as for `countTests`
 * @param {unknown} second
 * @returns {{testResults: FileResult[]}}
 */
export function withSecondTry(first, second) {
  const again = filesOf(second);
  const kept = filesOf(first).filter(({ name }) => !again.some((file) => file.name === name));
  return { testResults: [...kept, ...again] };
}

/** @param {unknown} report @returns {FileResult[]} */
function filesOf(report) {
  return /** @type {{testResults?: FileResult[]} | undefined} */ (report)?.testResults ?? [];
}

/** @param {FileResult} file */
function couldNotBeLoaded(file) {
  return file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed");
}

/** @param {string | undefined} message */
function firstLine(message) {
  const line = message?.split("\n")[0] ?? "";
  return line === "" ? "" : `: ${line}`;
}

/**
 * @param {Row[]} rows
 * @returns {string} what failed, a table with one row per step, and on the last line `N passed, N failed`, or with `, N skipped` behind it
 */
export function formatReport(rows) {
  const width = Math.max(4, ...rows.map(({ name }) => name.length));
  const header = `${"step".padEnd(width)}  passed  failed  skipped          time`;
  const lines = rows.map(
    ({ name, passed, failed, skipped, seconds }) =>
      name.padEnd(width) +
      String(passed).padStart(8) +
      String(failed).padStart(8) +
      String(skipped).padStart(9) +
      formatSeconds(seconds).padStart(14),
  );
  const sum = total(rows);
  const last = `${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ""}`;
  const listed = (/** @type {string} */ title, /** @type {"failures" | "unsteady"} */ which) => {
    const found = rows.flatMap((row) => (row[which] ?? []).map((each) => `  ${row.name}  ${each}`));
    return found.length > 0 ? ["", title, ...found] : [];
  };
  const told = [
    ...listed("Passed at the second try only; at the first:", "unsteady"),
    ...listed("Failed:", "failures"),
  ];
  return [...told, "", header, "-".repeat(header.length), ...lines, "", last].join("\n");
}

/**
 * @param {Counts[]} rows
 * @returns {Counts}
 */
export function total(rows) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const row of rows) {
    sum.passed += row.passed;
    sum.failed += row.failed;
    sum.skipped += row.skipped;
  }
  return sum;
}

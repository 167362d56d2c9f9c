import { formatSeconds } from "./report-step.mjs";

/**
 * @typedef {{passed: number, failed: number, skipped: number}} Counts
 * @typedef {Counts & {name: string, seconds: number}} Row one step of `npm test`
 */

/**
 * Runs one step and notes how long it took.
 * @param {string} name
 * @param {() => Promise<Counts>} work
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
  const files = /** @type {{testResults?: {status: string, assertionResults: {status: string}[]}[]}} */ (
    report ?? {}
  );
  for (const file of files.testResults ?? []) {
    for (const { status } of file.assertionResults) {
      if (status === "passed") counts.passed += 1;
      else if (status === "failed") counts.failed += 1;
      else counts.skipped += 1;
    }
    const hasFailedTest = file.assertionResults.some(({ status }) => status === "failed");
    if (file.status === "failed" && !hasFailedTest) counts.failed += 1;
  }
  if (exitCode !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/**
 * @param {Row[]} rows
 * @returns {string} a table with one row per step, and on the last line `N passed, N failed`, or with `, N skipped` behind it
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
  const { passed, failed, skipped } = total(rows);
  const last = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  return ["", header, "-".repeat(header.length), ...lines, "", last].join("\n");
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

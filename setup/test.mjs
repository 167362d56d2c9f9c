// `npm test`: makes available what is missing and runs every check and test. Ends with the line `N passed, N failed`.
// `node setup/test.mjs static|unit|e2e [filter …]` runs a part. When they are named only run `machines`, which boots guests in QEMU, and
// `thorough`: what is tried by chance, and what is much like something else, of which `npm test` tries less.

import { ensureAzurite } from "./azurite.mjs";
import { buildWhenStale } from "./build-when-stale.mjs";
import { installDependencies } from "./install-dependencies.mjs";
import { installQemuInCi } from "./ensure-qemu.mjs";
import { ensurePulumi } from "./pulumi-environment.mjs";
import { ensurePulumiForPython } from "./pulumi-python.mjs";
import { ensureGuest } from "./guest/ensure-guest.mjs";
import { runVitest } from "./run-vitest.mjs";
import { runToExit, SetupError } from "./setup-error.mjs";
import { runStaticChecks } from "./static-checks.mjs";
import { thoroughEndToEndTests, thoroughTests, testEnvironment } from "./test-environment.mjs";
import { formatReport, measure, total } from "./test-report.mjs";
import { ensureVersitygw } from "./versitygw.mjs";

const PARTS = ["static", "unit", "e2e", "machines", "thorough"];

/**
 * A step that prepares for tests. It appears in the report only when it fails.
 * @param {string} name
 * @param {() => Promise<unknown>} work
 * @returns {Promise<import("./test-report.mjs").Row | undefined>}
 */
async function prepare(name, work) {
  const row = await measure(name, async () => {
    try {
      await work();
      return { passed: 0, failed: 0, skipped: 0 };
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      process.stdout.write(`\n${error.message}\n`);
      return { passed: 0, failed: 1, skipped: 0 };
    }
  });
  return row.failed > 0 ? row : undefined;
}

await runToExit(async () => {
  const [part, ...filters] = process.argv.slice(2);
  if (part !== undefined && !PARTS.includes(part)) {
    throw new SetupError(`There is no part "${part}". Use: npm test [-- ${PARTS.join("|")} [filter …]]`, 2);
  }
  const runs = (/** @type {string} */ name) => part === undefined || part === name;
  const isThorough = part === "thorough";
  const usesPulumi = runs("e2e") || isThorough;
  const environment = testEnvironment({ isThorough });
  /** @type {(import("./test-report.mjs").Row | undefined)[]} */
  const rows = [];

  await installDependencies();
  const unprepared = [];
  if (runs("unit") || usesPulumi) {
    unprepared.push(
      await prepare("pulumi cli", () => ensurePulumi({ yaml: usesPulumi })),
      await prepare("build", buildWhenStale),
    );
  }
  if (usesPulumi) {
    const python = await ensurePulumiForPython();
    if ("missing" in python) process.stdout.write(`\nPython programs are not tested: ${python.missing}.\n`);
  }
  rows.push(...unprepared);
  if (runs("unit")) rows.push(await prepare("qemu", () => installQemuInCi()));
  if (runs("unit")) rows.push(await prepare("azurite", ensureAzurite));
  // It is built for minutes; a test that needs it does so too.
  if (runs("unit") && filters.length === 0) rows.push(await prepare("s3 server", ensureVersitygw));
  if (runs("static")) rows.push(...(await runStaticChecks(filters[0])));
  if (runs("unit")) rows.push(await runVitest("unit", filters, environment));
  if (isThorough) rows.push(await runVitest("unit", thoroughTests, environment));
  if (usesPulumi) {
    const blocked = unprepared.some((row) => row !== undefined);
    if (blocked)
      process.stdout.write("\nThe end-to-end tests were not run, because a step before them failed.\n");
    else rows.push(await runVitest("e2e", isThorough ? thoroughEndToEndTests : filters, environment));
  }

  if (part === "machines") {
    const notMade = await prepare("guest", () => ensureGuest());
    rows.push(notMade);
    if (notMade === undefined) rows.push(await runVitest("machines", filters, environment));
  }

  const shown = rows.filter((row) => row !== undefined);
  const { passed, failed } = total(shown);
  if (passed + failed === 0) process.stdout.write("\nNo test ran.\n");
  process.stdout.write(`${formatReport(shown)}\n`);
  return failed === 0 && passed > 0 ? 0 : 1;
});

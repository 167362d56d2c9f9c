/**
 * `npm run mutants`: puts each fault of the list into a copy of the repository, one at a time, runs the tests that must
 * catch it, and prints which faults were caught. Before that the same tests run once without a fault: a test that fails
 * by itself catches nothing. Options: `--jobs N` copies at once (default 1), `--only REGEXP` for some ids or files,
 * `--json FILE`, `--write` for the table in docs/reliability.md after each fault. Exits with 1 when a fault survived, and
 * before anything is run when a fault's lines are not in their file exactly once.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Mutant } from "./mutant.ts";
import { mutants } from "./mutants.ts";
import { writeTable } from "./write-table.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const copied = [
  "provider",
  "test",
  "schema",
  "setup",
  "generate",
  "examples",
  "docs",
  "plugin",
  "policy-pack",
  "bin",
];
const timeLimitMilliseconds = 20 * 60_000;
/** All tests of the list, once. */
const baselineLimitMilliseconds = 3 * 3_600_000;

export interface Outcome {
  readonly id: string;
  readonly outcome: "caught" | "survived" | "broken";
  /** The test that failed first. */
  readonly by: string;
  readonly seconds: number;
}

function makeCopy(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-mutants-"));
  for (const name of [...copied, "package.json", "tsconfig.json", "vitest.config.ts"]) {
    fs.cpSync(path.join(root, name), path.join(folder, name), {
      recursive: true,
      filter: (source) => path.basename(source) !== "node_modules",
    });
  }
  fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  return folder;
}

interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

async function runTests(
  folder: string,
  tests: readonly string[],
  limitMilliseconds = timeLimitMilliseconds,
): Promise<Omit<Outcome, "id" | "seconds">> {
  const report = path.join(folder, "report.json");
  fs.rmSync(report, { force: true });
  const vitest = path.join(root, "node_modules", "vitest", "vitest.mjs");
  const words = ["run", "--project", "unit", "--bail", "1", "--reporter=json", `--outputFile=${report}`];
  const child = spawn(process.execPath, [vitest, ...words, ...tests], { cwd: folder, stdio: "ignore" });
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMilliseconds);
  const exitCode = await new Promise<number | null>((resolve) => child.on("exit", resolve));
  clearTimeout(timer);
  if (exitCode === 0) return { outcome: "survived", by: "" };
  if (exitCode === null) return { outcome: "caught", by: "the time limit" };
  if (!fs.existsSync(report)) return { outcome: "broken", by: `vitest ended with ${exitCode} and no report` };
  const { testResults } = JSON.parse(fs.readFileSync(report, "utf8")) as Report;
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find((test) => test.status === "failed");
  // A test file that cannot even be loaded shows a fault of the list, not one that a test has caught.
  if (failed === undefined)
    return { outcome: "broken", by: testResults.map(({ message }) => message).join(" ") };
  return { outcome: "caught", by: failed.fullName };
}

/** Throws for a fault whose lines are not in its file exactly once: it would be no fault, and nothing could catch it. */
function requireInSources(faults: readonly Mutant[]): void {
  const lost = faults.filter(({ file, find }) => {
    const filePath = path.join(root, file);
    return !fs.existsSync(filePath) || fs.readFileSync(filePath, "utf8").split(find).length !== 2;
  });
  if (lost.length === 0) return;
  const lines = lost.map(({ id, file }) => `${id}: ${file}`).join("\n  ");
  throw new Error(`The lines of these faults are not in their files exactly once:\n  ${lines}`);
}

/** Throws if a test of the faults fails without any of them. */
async function requirePassing(faults: readonly Mutant[]): Promise<void> {
  const folder = makeCopy();
  try {
    const tests = [...new Set(faults.flatMap((fault) => fault.tests))];
    process.stdout.write(`The tests in ${tests.length} files are run without a fault first.\n`);
    const { outcome, by } = await runTests(folder, tests, baselineLimitMilliseconds);
    if (outcome !== "survived") throw new Error(`Without a fault a test fails: ${by}`);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function tryMutant(folder: string, mutant: Mutant): Promise<Outcome> {
  const file = path.join(folder, mutant.file);
  const source = fs.readFileSync(file, "utf8");
  const started = performance.now();
  fs.writeFileSync(
    file,
    source.replace(mutant.find, () => mutant.replace),
  );
  try {
    const outcome = await runTests(folder, mutant.tests);
    return { id: mutant.id, ...outcome, seconds: Math.round((performance.now() - started) / 1000) };
  } finally {
    fs.writeFileSync(file, source);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      jobs: { type: "string", default: "1" },
      only: { type: "string", default: "" },
      json: { type: "string" },
      write: { type: "boolean", default: false },
    },
  });
  const only = new RegExp(values.only);
  const waiting = mutants.filter(({ id, file }) => only.test(id) || only.test(file));
  if (waiting.length === 0) throw new Error(`No fault has an id or a file like ${values.only}.`);
  requireInSources(mutants);
  await requirePassing(waiting);
  const count = waiting.length;
  const outcomes: Outcome[] = [];
  await Promise.all(
    Array.from({ length: Number(values.jobs) }, async () => {
      const folder = makeCopy();
      try {
        for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
          const outcome = await tryMutant(folder, mutant);
          outcomes.push(outcome);
          const { id, outcome: word, by, seconds } = outcome;
          process.stdout.write(
            `${word.padEnd(9)} ${id.padEnd(28)} ${String(seconds).padStart(4)} s  ${by.slice(0, 90)}\n`,
          );
          if (values.json !== undefined)
            fs.writeFileSync(values.json, JSON.stringify(outcomes, undefined, 2));
          if (values.write) writeTable(path.join(root, "docs", "reliability.md"), outcomes);
        }
      } finally {
        fs.rmSync(folder, { recursive: true, force: true });
      }
    }),
  );
  const caught = outcomes.filter(({ outcome }) => outcome === "caught").length;
  process.stdout.write(`${caught} of ${count} faults were caught\n`);
  process.exitCode = caught === count ? 0 : 1;
}

await main();

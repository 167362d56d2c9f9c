// `pulumi up` under one line of progress. What Pulumi prints is shown when it fails, or when it is asked for.

import { reportStep } from "./report-step.mjs";
import { runOnTerminal } from "./run-command.mjs";

/**
 * What a line of Pulumi's says, without the type of the resource; empty for lines that say nothing.
 * @param {string} line
 * @returns {string}
 */
export function stepOf(line) {
  const row = /^\s*\S+\s+[\w-]+:\S+\s+(\S+) (?:\w+)(?: \([\d.]+s\))?\s*(.*)$/.exec(line);
  if (row) return row[2] ? `${row[1]}: ${row[2]}` : (row[1] ?? "");
  // Pulumi shows by dots that it is alive.
  return /^(@.*|[.\s]*)$/.test(line) ? "" : line.trim();
}

/**
 * What a person should know of an update that went well: warnings, and how many resources it has changed.
 * @param {string} output
 * @returns {string[]} lines
 */
export function summaryOf(output) {
  const update = output.slice(output.lastIndexOf("\nUpdating ("));
  const warnings = update.split("\n").filter((line) => /^\s*warning: /.test(line));
  const resources = /\nResources:\n((?: {4}.*\n)+)/.exec(update)?.[1] ?? "";
  const counts = resources.split("\n").map((line) => line.trim().replace(/^[+~-]+ /, ""));
  const changed = counts.filter((count) =>
    /^\d+ (created|updated|deleted|replaced|unchanged|imported)/.test(count),
  );
  return [
    ...new Set(warnings.map((line) => line.trim())),
    ...(changed.length > 0 ? [`resources: ${changed.join(", ")}`] : []),
  ];
}

/**
 * Runs `pulumi up`.
 * @param {string} pulumi the program
 * @param {string} stack
 * @param {{ words: readonly string[], isVerbose: boolean, run: import("./run-command.mjs").CommandOptions }} options
 * @returns {Promise<number>} its exit code
 */
export async function pulumiUp(pulumi, stack, { words, isVerbose, run }) {
  const parameters = ["up", "--yes", "--stack", stack, "--suppress-permalink=true", ...words];
  const what = `Running pulumi up on stack ${stack} (Ctrl-C once stops it in order)`;
  if (isVerbose) {
    process.stderr.write(`• ${what}\n`);
    return runOnTerminal(pulumi, parameters, run);
  }
  let output = "";
  const exitCode = await reportStep(what, (note) =>
    runOnTerminal(pulumi, [...parameters, "--non-interactive"], {
      ...run,
      onOutput: (text) => {
        output += text;
        const step = text.split("\n").map(stepOf).filter(Boolean).at(-1);
        if (step !== undefined) note(step);
      },
    }),
  );
  if (exitCode === 0) for (const line of summaryOf(output)) process.stderr.write(`  ${line}\n`);
  else process.stderr.write(`\n${output}`);
  return exitCode;
}

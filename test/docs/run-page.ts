/** Does what a page says, in a folder, and compares what commands print with what the page shows. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect } from "vitest";
import { type CommandStep, isShown, type Step, stepsOf } from "./page-steps.ts";
import { testedCommand } from "../tested-command.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** What the folder of the reader is called on the pages. */
const readersFolder = "/home/me/dr";

/** What pages begin with that need Pulumi; test/e2e/tutorial.test.ts runs them. */
export const theTutorial = "the tutorial";

/** Writes the outputs of commands into the pages instead of comparing them: `npm run docs:outputs`. */
const isWriting = process.env["WRITE_OUTPUTS"] !== undefined;

/** How long a command that prints nothing has to begin, on a busy machine. */
const silentSeconds = 20;

interface Place {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Variables that a page sets are there in its later commands, as in one shell. */
function withVariables(command: string, kept: string): string {
  const names = [...command.matchAll(/^(?:export )?([A-Za-z]\w*)=/gm)].map(([, name]) => name!);
  const keep = names.map((name) => `declare -p ${name} >> '${kept}'`);
  return [
    `if [ -f '${kept}' ]; then . '${kept}'; fi`,
    command.trimEnd(),
    "code=$?",
    ...keep,
    "exit $code",
  ].join("\n");
}

/**
 * Runs a command. What it prints is what stays on a terminal: its stdout, and why it was refused. Progress is on stderr
 * and is gone from a terminal at the end.
 */
function run(
  { folder, environment }: Place,
  { command, stopSeconds }: CommandStep,
): Promise<{ code: number | null; printed: string; all: string }> {
  const script = withVariables(command, path.join(folder, ".bin", "variables"));
  const child = spawn("bash", ["-c", script], {
    cwd: folder,
    // Wide enough for all tables of the pages, so that no number of digits makes one wrap.
    env: { ...environment, COLUMNS: "100" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  return new Promise((resolve, reject) => {
    const texts = { stdout: "", stderr: "" };
    let stop: NodeJS.Timeout | undefined;
    const stopAfter = (seconds: number): void => {
      clearTimeout(stop);
      stop = setTimeout(() => process.kill(-child.pid!, "SIGINT"), seconds * 1000);
    };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].on("data", (data: Buffer) => {
        // Counted from when it has begun: a signal before would end it as a kill does.
        if (stopSeconds !== undefined && texts.stdout + texts.stderr === "") stopAfter(stopSeconds);
        texts[name] += data.toString();
      });
    }
    if (stopSeconds !== undefined) stopAfter(stopSeconds + silentSeconds);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(stop);
      const all = texts.stdout + texts.stderr;
      // A folder in a folder of its own: what a page puts beside it is removed with it.
      const besides = path.basename(folder) === "dr" ? path.dirname(folder) : folder;
      const printed = stripVTControlCharacters(code === 0 ? texts.stdout : all);
      resolve({
        code,
        printed: printed
          .replaceAll(folder, readersFolder)
          .replaceAll(besides, readersFolder.replace("/dr", "")),
        all,
      });
    });
  });
}

/** Runs all steps of a page of the project. Returns the commands that ran. */
export async function runPage(page: string, place: Place): Promise<string[]> {
  const file = path.join(root, page);
  const text = fs.readFileSync(file, "utf8");
  const commands: string[] = [];
  const outputs: { at: number; shown: string; printed: string }[] = [];
  for (const step of stepsOf(text)) {
    if (isFile(step)) {
      fs.mkdirSync(path.dirname(path.join(place.folder, step.file)), { recursive: true });
      fs.writeFileSync(path.join(place.folder, step.file), step.text);
      continue;
    }
    commands.push(step.command);
    const { code, printed, all } = await run(place, step);
    expect(code, `${page}: $ ${step.command}\n${all}`).toBe(step.exitCode);
    if (step.output === undefined) continue;
    if (isWriting && !isShown(step.output, printed))
      outputs.push({ at: step.outputAt, shown: step.output, printed });
    if (!isWriting && !isShown(step.output, printed))
      expect(printed, `${page}: $ ${step.command}`).toBe(step.output);
  }
  if (outputs.length > 0) fs.writeFileSync(file, withOutputs(text, outputs));
  return commands;
}

function isFile(step: Step): step is Exclude<Step, CommandStep> {
  return "file" in step;
}

function withOutputs(
  text: string,
  outputs: readonly { at: number; shown: string; printed: string }[],
): string {
  return outputs.toReversed().reduce((rest, { at, shown, printed }) => {
    const lines =
      printed.trimEnd() === ""
        ? ""
        : `${printed
            .trimEnd()
            .split("\n")
            .map((line) => line.trimEnd())
            .join("\n")}\n`;
    return rest.slice(0, at) + lines + rest.slice(at + shown.length);
  }, text);
}

/** A folder of commands for the PATH: `siterecovery` runs the sources. */
export function commandsFor(folder: string): string {
  const bin = path.join(folder, ".bin");
  fs.mkdirSync(bin, { recursive: true });
  fs.writeFileSync(
    path.join(bin, "siterecovery"),
    `#!/bin/sh\nexec "${process.execPath}" "${testedCommand}" "$@"\n`,
    {
      mode: 0o755,
    },
  );
  return bin;
}

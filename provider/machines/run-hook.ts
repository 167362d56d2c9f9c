/**
 * Runs a command of a machine's: its freeze and thaw hooks. The command is a list of words and no shell reads it;
 * it runs in the machine's folder, in a process group of its own, so that all of it ends when its time is over.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Clock } from "../clock.ts";

/** Of what a hook prints, the end is kept for messages. */
const outputBytesMax = 2000;

export interface HookCommand {
  /** Program and arguments. A program with a slash in it is looked up from the machine's folder. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly timeoutMilliseconds: number;
  /** Ends it before its time. */
  readonly signal?: AbortSignal | undefined;
}

/** Why the command failed, with the end of what it printed; nothing when it ended well. */
export type HookFailure = string | undefined;

export async function runHook(
  { command, folder, timeoutMilliseconds, signal }: HookCommand,
  clock: Clock,
): Promise<HookFailure> {
  const [program, ...words] = command;
  const child = spawn(program!, words, { cwd: folder, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString("utf8")).slice(-outputBytesMax);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const timer = new AbortController();
  const stop = signal ? AbortSignal.any([timer.signal, signal]) : timer.signal;
  const ended = new Promise<HookFailure>((resolve) => {
    child.on("error", (error) => resolve(`cannot be run: ${error.message}`));
    child.on("exit", (code, signal) =>
      resolve(code === 0 ? undefined : `ended with ${signal ?? `code ${code}`}`),
    );
  });
  const late = clock
    .sleep(timeoutMilliseconds, stop)
    .then(() => `took longer than ${timeoutMilliseconds / 1000} s`)
    .catch(() => "was stopped");
  const failure = await Promise.race([ended, late]);
  timer.abort();
  killGroup(child);
  child.stdout.destroy();
  child.stderr.destroy();
  if (failure === undefined) return undefined;
  const printed = output.trim();
  return `${command.join(" ")} ${failure}${printed === "" ? "" : `; it printed: ${printed}`}`;
}

/** What the command started in the background goes with it. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nothing of the group is left.
  }
}

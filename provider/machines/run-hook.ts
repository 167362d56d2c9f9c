/** Runs the freeze and thaw commands of a machine, in the machine's folder. */
import type { Clock } from "../clock.ts";
import { runCommand } from "./run-command.ts";

/** Messages show the end of what a hook prints. */
const toldCharacters = 2000;

export interface HookCommand {
  /** Program and arguments. A program with a slash in it is looked up from the machine's folder. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly timeoutMilliseconds: number;
  /** Ends it before its time. */
  readonly signal?: AbortSignal | undefined;
}

/** Why the command failed, with the end of what it printed; `undefined` if it ended well. */
export type HookFailure = string | undefined;

export async function runHook(hook: HookCommand, clock: Clock): Promise<HookFailure> {
  const { command, folder, signal } = hook;
  const timeoutSeconds = hook.timeoutMilliseconds / 1000;
  const ended = await runCommand({
    command,
    folder,
    timeoutSeconds,
    clock,
    ...(signal ? { signal } : {}),
  });
  const failure = failureOf(ended, timeoutSeconds);
  if (failure === undefined) return undefined;
  const printed = ended.output.trim().slice(-toldCharacters);
  return `${command.join(" ")} ${failure}${printed === "" ? "" : `; it printed: ${printed}`}`;
}

function failureOf(ended: Awaited<ReturnType<typeof runCommand>>, timeoutSeconds: number): HookFailure {
  if (ended.startError !== undefined) return `cannot be run: ${ended.startError}`;
  const left = ended.endError === undefined ? "" : `, and could not be ended: ${ended.endError}`;
  if (ended.timedOut) return `took longer than ${timeoutSeconds} s${left}`;
  if (ended.wasStopped) return `was stopped${left}`;
  if (ended.exitCode === 0) return undefined;
  return ended.exitCode === undefined ? "was ended by a signal" : `ended with code ${ended.exitCode}`;
}

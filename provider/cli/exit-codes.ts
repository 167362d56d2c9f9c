/** What the exit codes mean, the same for every command. Help, man page and docs/commands.md show this table. */
import { CommanderError } from "commander";
import { SiteRecoveryError } from "../errors.ts";
import { isOfUnreadFile } from "./read-given-file.ts";
import { Stopped } from "./stopped.ts";

export const exitCodes = {
  done: 0,
  refused: 1,
  usage: 2,
  notYet: 3,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCodeName = keyof typeof exitCodes;

export const exitCodeTexts: Readonly<Record<ExitCodeName, string>> = {
  done: "done",
  refused: "refused, failed, or found something (damage, an alert, an error in a definition)",
  usage: "the command line is wrong",
  notYet:
    "not known or not done yet: a source, a target or a file could not be reached, or something waits for its time " +
    "(replicate) or for a person (--no-wait)",
  interrupted: "stopped by Ctrl-C (SIGINT)",
  terminated: "stopped by SIGTERM",
};

/** Error codes that mean that something did not answer. */
const unreachableCodes: readonly string[] = ["SourceUnreachable", "TargetUnreachable"];

/** The exit code of an error by its code: of one that is kept in a result, such as a machine's of several. */
export function exitCodeOfCode(code: string): number {
  return unreachableCodes.includes(code) ? exitCodes.notYet : exitCodes.refused;
}

/** The exit code of several results: something refused or found wins over something that could not be reached. */
export function worstExitCode(codes: readonly number[]): number {
  const order: readonly number[] = [exitCodes.refused, exitCodes.notYet];
  return order.find((code) => codes.includes(code)) ?? exitCodes.done;
}

/** Whether an error is about the command line alone: its `property` is an option, such as `--since`. */
export function isUsageError(error: unknown): boolean {
  if (error instanceof CommanderError) return error.exitCode !== 0;
  return error instanceof SiteRecoveryError && error.property?.startsWith("--") === true;
}

/** The exit code of what a command threw. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Stopped) return error.exitCode;
  if (isUsageError(error)) return exitCodes.usage;
  if (error instanceof CommanderError) return exitCodes.done;
  if (isOfUnreadFile(error)) return exitCodes.notYet;
  return error instanceof SiteRecoveryError ? exitCodeOfCode(error.code) : exitCodes.refused;
}

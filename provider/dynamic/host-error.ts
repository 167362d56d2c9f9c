/**
 * What an error must look like for Pulumi's host of dynamic providers to show it once and without a stack.
 */
import { SiteRecoveryError } from "../errors.ts";
import { errorText } from "../pulumi/error-text.ts";
import { SecretValues } from "../pulumi/secret-values.ts";

/** What the host prints of a `HostError`, beside passing its message on to the engine. */
const blankLine = ": ";

/** An error whose message says all; with an id and properties it keeps the resource in Pulumi's state. */
export class HostError extends Error {
  readonly id: string | undefined;
  readonly properties: Record<string, unknown> | undefined;
  /** With an id, Pulumi shows the reasons and not the message. */
  readonly reasons: string[] | undefined;

  constructor(message: string, kept?: { id: string; properties: Record<string, unknown> }) {
    super(message);
    this.stack = "";
    this.id = kept?.id;
    this.properties = kept?.properties;
    this.reasons = kept && [message];
  }

  // The host prints "<error>: <stack>" to the console, and then hands the message to the engine, which shows it too.
  override toString(): string {
    return "";
  }
}

/** Errors of ours, for people; all else is a defect, which passes through as it is where nothing is secret. */
export function hostError(
  error: unknown,
  kept?: { id: string; properties: Record<string, unknown> },
  secrets = new SecretValues(),
): unknown {
  const isOurs = error instanceof SiteRecoveryError;
  if (!isOurs && !kept && !secrets.holdsAny) return error;
  return new HostError(errorText(error, secrets), kept);
}

/** Keeps the line that the host prints for a `HostError`, which has no text, off the screen. */
export function silenceBlankLines(target: { error: (...words: unknown[]) => void } = console): void {
  const print = target.error.bind(target);
  target.error = (...words) => {
    if (words.length !== 1 || words[0] !== blankLine) print(...words);
  };
}

/**
 * The one error class of the product and the closed list of its codes.
 *
 * A message says what happened, to which thing, and what to do next. Callers test `code`, never the text.
 * Three kinds: the user's own (bad input, refused action), recoverable ones (retried on HW-4f's schedule),
 * and bugs (`Bug`), which stop the job and leave the state as it was.
 */
import { Message, said } from "./message.ts";

/** Codes of mistakes that the user can mend; never retried (HW-4e). */
export const userErrorCodes = [
  "InvalidInput",
  "MissingReference",
  "DuplicateName",
  "NotFound",
  "AlreadyExists",
  "UnsupportedMachine",
  "UnsupportedFlow",
  "ActionNotAllowed",
  "InUse",
  "PrerequisitesNotMet",
  "WrongKey",
] as const;

/** Codes of failures that are retried after 1, 2, 4, 8 and 10 minutes, then every 30 (HW-4f). */
export const recoverableErrorCodes = ["DiskFull", "SourceUnreachable", "TargetUnreachable", "Busy"] as const;

/** Codes of failures that end the work at hand: data is damaged, a job was cancelled, or we have a bug. */
export const terminalErrorCodes = [
  "Damaged",
  "ResyncRequired",
  "LeaseLost",
  "Cancelled",
  "JobFailed",
  "IoFailed",
  "Bug",
] as const;

export type ErrorCode =
  | (typeof userErrorCodes)[number]
  | (typeof recoverableErrorCodes)[number]
  | (typeof terminalErrorCodes)[number];

export interface ErrorDetails {
  /** The thing the error is about: an ARM id, a file path or a name. */
  readonly target?: string;
  /** The input property that is wrong, as a path: `properties.groups[1].machines[0]`. */
  readonly property?: string;
  readonly cause?: unknown;
}

export class SiteRecoveryError extends Error {
  override readonly name = "SiteRecoveryError";
  /** The message in parts; a plain text is one part as a whole. */
  readonly #said: Message;
  readonly code: ErrorCode;
  readonly target: string | undefined;
  readonly property: string | undefined;

  constructor(code: ErrorCode, message: string | Message, details: ErrorDetails = {}) {
    super(message.toString(), details.cause === undefined ? undefined : { cause: details.cause });
    this.#said = Message.of(message);
    this.code = code;
    this.target = details.target;
    this.property = details.property;
  }

  get said(): Message {
    return this.#said;
  }
}

/** Whether an error is of the product and has one of `codes`. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is SiteRecoveryError {
  return error instanceof SiteRecoveryError && codes.includes(error.code);
}

/** Whether an error is one that the product foresees: of its closed list, and not `Bug`. */
export function isExpected(error: unknown): error is SiteRecoveryError {
  return error instanceof SiteRecoveryError && error.code !== "Bug";
}

/** Whether time may heal a failure (network, low disk space or memory): HW-4f. */
export function isRecoverable(error: unknown): boolean {
  return hasCode(error, ...recoverableErrorCodes);
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Throws a `Bug` when an invariant does not hold. */
export function assert(condition: unknown, invariant: string): asserts condition {
  if (!condition) throw new SiteRecoveryError("Bug", said`Internal error: ${invariant}. Please report this.`);
}

/** What QEMU says when it does not do what it was asked to, and which error of ours that is. */
import { type ErrorCode, SiteRecoveryError } from "../errors.ts";
import { plain, said } from "../message.ts";

/** The error in an answer of QMP, as QEMU gave it. It is the `cause` of the `SiteRecoveryError` that callers get. */
export class QmpRefusal extends Error {
  override readonly name = "QmpRefusal";
  readonly command: string;
  /** QEMU's class of errors: `GenericError` for nearly all, `DeviceNotFound`, `CommandNotFound` and few others. */
  readonly errorClass: string;
  /** QEMU's sentence. */
  readonly description: string;

  constructor(command: string, errorClass: string, description: string) {
    super(`${command}: ${description}`);
    this.command = command;
    this.errorClass = errorClass;
    this.description = description;
  }
}

/** QEMU has one class for nearly all errors, so that its sentences decide. Their wording is that of QEMU 7.2 to 10. */
const sentences: readonly (readonly [pattern: RegExp, code: ErrorCode, advice: string])[] = [
  [
    /\bis (currently )?in use\b|\bis busy\b|Failed to get .* lock|Conflicts with use by/i,
    "Busy",
    "Something else uses the disk now. Wait until it is done, then run again.",
  ],
  [
    /Could not set up host forwarding rule|Address already in use/i,
    "Busy",
    "Another program listens there. End it, or choose another port.",
  ],
  [
    /No space left on device|Disk quota exceeded/i,
    "DiskFull",
    "Free some space on the disk that QEMU writes to, then run again.",
  ],
  [
    /Input\/output error|Could not (open|read|write|create)|No such file or directory|Permission denied/i,
    "IoFailed",
    "Check the files that QEMU was given, then run again.",
  ],
];

const otherwise = [/(?:)/, "JobFailed", "Run again. If it fails again, report this."] as const;

/** The code of an error that QEMU tells in a sentence: `Busy`, `DiskFull`, `IoFailed`, or `JobFailed`. */
export function codeOfSentence(description: string): ErrorCode {
  return kindOf(description)[1];
}

function kindOf(description: string): (typeof sentences)[number] {
  return sentences.find(([pattern]) => pattern.test(description)) ?? otherwise;
}

/** The error for a command that QEMU refused: `Busy`, `DiskFull`, `IoFailed`, or `JobFailed` for everything else. */
export function refusedBy(machine: string, version: string, refusal: QmpRefusal): SiteRecoveryError {
  const [, code, advice] = kindOf(refusal.description);
  const message = said`QEMU ${version} of machine ${machine} refused ${refusal.command}:
    ${refusal.description.replace(/\.$/, "")}. ${plain(advice)}`;
  return new SiteRecoveryError(code, message, { target: machine, cause: refusal });
}

/** What QEMU said, if an error comes from that. */
export function refusalOf(error: unknown): QmpRefusal | undefined {
  return error instanceof SiteRecoveryError && error.cause instanceof QmpRefusal ? error.cause : undefined;
}

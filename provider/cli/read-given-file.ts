/** Reads files that the command line names. */
import fs from "node:fs";
import { Option } from "commander";
import { messageOf, SiteRecoveryError } from "../errors.ts";
import { DefinitionError } from "../yaml/definition-error.ts";

/** A file that could not be looked at: nothing is known of what it holds. */
class FileUnreadable extends SiteRecoveryError {}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file; check its path",
  EISDIR: "it is a folder, and a file is wanted",
};

/** The bytes of a file; `-` is standard input. Throws an error of which `isOfUnreadFile` is true. */
export function readGivenFile(file: string): Buffer {
  try {
    return fs.readFileSync(file === "-" ? 0 : file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): FileUnreadable {
  const why = reasons[(cause as NodeJS.ErrnoException).code ?? ""] ?? messageOf(cause);
  return new FileUnreadable("NotFound", `${file} cannot be read: ${why}.`, { target: file, cause });
}

/** Throws an error of which `isOfUnreadFile` is true unless a file, or a folder where one may stand for files, can be read. */
function requireGiven(file: string, mayBeFolder: boolean): void {
  try {
    fs.accessSync(file, fs.constants.R_OK);
    if (mayBeFolder || !fs.statSync(file).isDirectory()) return;
  } catch (cause) {
    throw unreadable(file, cause);
  }
  throw unreadable(file, { code: "EISDIR" });
}

/**
 * An option that names a file, or several, for a command to read. It is looked for while the command line is read: before
 * anything is opened or changed.
 */
export class InputOption extends Option {
  constructor(flags: string, description: string, { mayBeFolder = false } = {}) {
    super(flags, description);
    this.argParser((file: string, before: unknown) => {
      requireGiven(file, mayBeFolder);
      return this.variadic ? [...(Array.isArray(before) ? (before as string[]) : []), file] : file;
    });
  }
}

/** Whether what was found is only that a file could not be read. */
export function isOfUnreadFile(error: unknown): boolean {
  if (error instanceof DefinitionError) return error.findings.every(({ rule }) => rule === "file-unreadable");
  return error instanceof FileUnreadable;
}

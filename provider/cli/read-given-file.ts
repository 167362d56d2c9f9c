/** Reads files that the command line names. */
import fs from "node:fs";
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
    const why = reasons[(cause as NodeJS.ErrnoException).code ?? ""] ?? messageOf(cause);
    throw new FileUnreadable("NotFound", `${file} cannot be read: ${why}.`, { target: file, cause });
  }
}

/** Whether what was found is only that a file could not be read. */
export function isOfUnreadFile(error: unknown): boolean {
  if (error instanceof DefinitionError) return error.findings.every(({ rule }) => rule === "file-unreadable");
  return error instanceof FileUnreadable;
}

import fs from "node:fs";
import { translateFileError } from "./translate-file-error.ts";

/** A file that another process writes what it prints to, also after this one has ended. */
export interface ChildLog {
  /** For the child's standard output or error. */
  readonly descriptor: number;
  /** Closes it here; the child keeps its own. */
  close(): void;
}

/** Creates the file, or empties the one that is there; for its owner alone. */
export function openChildLog(filePath: string): ChildLog {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND } = fs.constants;
  try {
    const descriptor = fs.openSync(filePath, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600);
    return { descriptor, close: () => fs.closeSync(descriptor) };
  } catch (error) {
    throw translateFileError(error, "open", filePath);
  }
}

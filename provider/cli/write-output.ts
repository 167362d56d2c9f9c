import fs from "node:fs";
import { messageOf, SiteRecoveryError } from "../errors.ts";

/** Writes a file that the command line names. Throws `IoFailed`, saying why it cannot be written. */
export function writeOutput(file: string, text: string): void {
  try {
    fs.writeFileSync(file, text);
  } catch (error) {
    const why = messageOf(error);
    const message = `${file} cannot be written: ${why}. Name a file in a folder that is there.`;
    throw new SiteRecoveryError("IoFailed", message, { target: file, cause: error });
  }
}

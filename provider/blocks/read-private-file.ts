import fs from "node:fs";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import { translateFileError } from "./translate-file-error.ts";

/** Reads a small file with a secret. Throws `InvalidInput` if others than its owner may read or change it. */
export function readPrivateFile(filePath: string): string {
  try {
    const descriptor = fs.openSync(filePath, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    try {
      const stat = fs.fstatSync(descriptor);
      if (!stat.isFile()) throw wrong(filePath, "it is no file");
      if ((stat.mode & 0o077) !== 0) throw wrong(filePath, "others than its owner may use it");
      return fs.readFileSync(descriptor, "utf8");
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (error) {
    throw translateFileError(error, "read", filePath);
  }
}

function wrong(filePath: string, why: string): SiteRecoveryError {
  const message = said`${filePath} is not read as a secret: ${why}. Run: chmod 600 ${filePath}`;
  return new SiteRecoveryError("InvalidInput", message, { target: filePath });
}

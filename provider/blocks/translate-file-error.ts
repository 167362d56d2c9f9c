import { messageOf, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";

/** Turns an errno of the operating system into an error with a name and a next step. */
export function translateFileError(error: unknown, action: string, filePath: string): SiteRecoveryError {
  if (error instanceof SiteRecoveryError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  const details = { target: filePath, cause: error };
  if (code === "ENOSPC" || code === "EDQUOT") {
    const message = said`No space left to ${action} ${filePath}. Free some space; the work resumes where it stopped.`;
    return new SiteRecoveryError("DiskFull", message, details);
  }
  if (code === "ENOENT") {
    return new SiteRecoveryError("NotFound", said`Cannot ${action} ${filePath}: it does not exist.`, details);
  }
  if (code === "EEXIST") {
    return new SiteRecoveryError(
      "AlreadyExists",
      said`Cannot ${action} ${filePath}: it exists already.`,
      details,
    );
  }
  const why = messageOf(error);
  return new SiteRecoveryError("IoFailed", said`Cannot ${action} ${filePath}: ${why}.`, details);
}

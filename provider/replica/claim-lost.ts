import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";

/** What a process is told that was stopped while another one took the machine's replica over. */
export function claimLost(place: string, target: string): SiteRecoveryError {
  const message = said`Another process has taken over the replica in ${place}, because this one was stopped for too long. It writes
      nothing more. Look at \`siterecovery status\` before you run the command again.`;
  return new SiteRecoveryError("LeaseLost", message, { target });
}

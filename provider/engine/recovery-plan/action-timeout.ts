/** How long a script may take: Azure keeps it as text. */
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";

/** The time of a script that says none. */
export const defaultTimeoutSeconds = 1800;

const duration = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Seconds of an ISO 8601 duration such as `PT5M`, or of a whole number of seconds. Throws `InvalidInput`. */
export function timeoutSecondsOf(text: string | undefined): number {
  if (text === undefined) return defaultTimeoutSeconds;
  const parts = duration.exec(text)?.slice(1);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = (parts ?? []).map((part) => Number(part ?? 0));
  const total = /^\d+$/.test(text) ? Number(text) : ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
  if (total > 0) return total;
  const message = said`The timeout "${text}" is neither a duration such as PT5M nor a number of seconds.`;
  throw new SiteRecoveryError("InvalidInput", message, { property: "timeout" });
}

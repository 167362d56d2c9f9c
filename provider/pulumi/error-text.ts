import { SiteRecoveryError } from "../errors.ts";
import type { SecretValues } from "./secret-values.ts";

/** Where an error was thrown: lines of code, which hold no values. */
function framesOf({ stack = "" }: Error): string {
  return stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
}

/**
 * What people read of an error. Ours are for them as they are, without what is secret. Anything else is a defect
 * whose place is wanted; its text may quote whatever it was given, and is left out where something is secret.
 */
export function errorText(error: unknown, secrets: SecretValues): string {
  if (error instanceof SiteRecoveryError) return secrets.shown(error.said);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (!secrets.holdsAny) return `Internal error, please report it: ${text}`;
  const place = error instanceof Error ? `${error.name}\n${framesOf(error)}` : typeof error;
  return `Internal error, please report it (its text is left out, since it may quote a secret value): ${place}`;
}

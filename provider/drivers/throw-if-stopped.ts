import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";

/** Throws the product's own reason of an aborted signal, or `Cancelled` with any other reason as its cause. */
export function throwIfStopped(signal: AbortSignal | undefined, place: string): void {
  if (signal?.aborted !== true) return;
  const reason: unknown = signal.reason;
  if (reason instanceof SiteRecoveryError) throw reason;
  const message = said`The work with ${place} was stopped. Run the command again to resume it.`;
  throw new SiteRecoveryError("Cancelled", message, { target: place, cause: reason });
}

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

/** The result of `work`, which others wait for too and which goes on, unless the signal is aborted before. */
export async function unlessStopped<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  place: string,
): Promise<T> {
  throwIfStopped(signal, place);
  if (signal === undefined) return work;
  const over = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true, signal: over.signal });
  });
  try {
    const first = await Promise.race([work.then((result) => ({ result })), stopped]);
    throwIfStopped(signal, place);
    return (first as { result: T }).result;
  } finally {
    over.abort();
  }
}

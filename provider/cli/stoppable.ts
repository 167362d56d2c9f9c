import type { Progress } from "../engine/engine.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { exitCodes } from "./exit-codes.ts";
import { withProgress } from "./terminal-progress.ts";
import { Stopped } from "./stopped.ts";

/** What shells report of programs that a signal has ended. */
export const signalExitCodes = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated } as const;
export type Signal = keyof typeof signalExitCodes;
const signals = Object.keys(signalExitCodes) as Signal[];

/**
 * Calls the handler at the first Ctrl-C or SIGTERM. The second one, of either kind, ends the process at once. Returns
 * what puts the system's own handling back.
 */
export function onFirstSignal(handle: (signal: Signal) => void): () => void {
  const forget = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  const onSignal = (signal: Signal): void => {
    forget();
    handle(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return forget;
}

/**
 * Runs work with progress that Ctrl-C stops in order: it ends where it can be resumed, or is rolled back. A
 * second Ctrl-C ends the process at once, as after a kill. Throws `Stopped`.
 */
export async function stoppable<T>(prefix: string, work: (progress: Progress) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  let by: Signal | undefined;
  const forget = onFirstSignal((signal) => {
    by = signal;
    const message = "It was stopped. Run the same command again to resume it.";
    stop.abort(new SiteRecoveryError("Cancelled", message));
  });
  try {
    return await withProgress(prefix, (progress) => work({ ...progress, signal: stop.signal }));
  } catch (error) {
    const isStopped = hasCode(error, "Cancelled");
    if (by === undefined || !isStopped) throw error;
    throw new Stopped(`${prefix}: ${error.message}`, signalExitCodes[by]);
  } finally {
    forget();
  }
}

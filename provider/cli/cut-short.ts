import { type Signal, signalExitCodes } from "./stoppable.ts";
import { Stopped } from "./stopped.ts";

/** Throws `Stopped` if the signal has cut cycles short; `names` are those of their machines. */
export function requireNoneCutShort(names: readonly string[], by: Signal): void {
  if (names.length === 0) return;
  const each = names.length === 1 ? "it" : "each";
  const message = `${names.join(", ")}: the copy was not finished. What was sent is kept; the next replication of ${each} resumes it.`;
  throw new Stopped(message, signalExitCodes[by]);
}

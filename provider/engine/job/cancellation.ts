/**
 * Stopping a job that runs, from another process: it is asked in the store, and looks there when it reports its
 * progress and before each task. What it does then is what it does when it fails: it rolls back, or stays to be gone
 * on with.
 */
import { SiteRecoveryError } from "../../errors.ts";
import { isCancelAsked } from "../../store/jobs.ts";
import type { EngineParts } from "../engine-parts.ts";
import { stoppedWithLease } from "../lease/under-lease.ts";
import type { Progress } from "../../progress.ts";
import { said } from "../../message.ts";

/** Looking costs a query. */
const lookMilliseconds = 200;

function cancelledJob(jobId: string): SiteRecoveryError {
  const message = said`The job ${jobId} was cancelled (jobs cancel). \`siterecovery jobs restart ${jobId}\` runs it again.`;
  return new SiteRecoveryError("Cancelled", message, { target: jobId });
}

/**
 * The progress of a job, which ends it when it was asked to stop, or has lost the lease of its item. `check` throws
 * `Cancelled` or `LeaseLost` then.
 */
export function cancellable(
  parts: EngineParts,
  jobId: string,
  progress: Progress,
): Progress & { check(): void } {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, stoppedWithLease(parts, progress).signal!]);
  let lookedAt = parts.clock.monotonic();
  const look = (): void => {
    if (!stop.signal.aborted && isCancelAsked(parts.store, jobId)) stop.abort(cancelledJob(jobId));
  };
  return {
    signal,
    check: () => {
      look();
      signal.throwIfAborted();
    },
    report: (line, detail) => {
      progress.report(line, detail);
      if (parts.clock.monotonic() - lookedAt < lookMilliseconds) return;
      lookedAt = parts.clock.monotonic();
      look();
    },
  };
}

/** What ends work before it is done: the user's Ctrl-C, and the time that the program allows it. */
import type { Clock } from "../clock.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { HalfDone } from "./half-done.ts";
import { said } from "../message.ts";

/** What a resource's `customTimeouts` say of one call. */
export interface TimeLimit {
  /** The resource's logical name. */
  readonly name: string;
  readonly option: "create" | "read" | "update" | "delete";
  /** 0 for as long as it takes. */
  readonly seconds: number;
}

/** Work that was stopped reports why; work that failed reports its error. */
function becauseOf(signal: AbortSignal, error: unknown): unknown {
  const cause = error instanceof HalfDone ? error.cause : error;
  const isStopped = hasCode(cause, "Cancelled");
  if (!signal.aborted || !isStopped) return error;
  return error instanceof HalfDone ? new HalfDone(signal.reason, error.id, error.state) : signal.reason;
}

export class WorkLimits {
  readonly #clock: Clock;
  readonly #stop = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Stops all work in order: what was begun is written down, and the next `pulumi up` resumes it. */
  cancel(): void {
    const message = said`Stopped by the user. What was begun is kept; the next \`pulumi up\` resumes it.`;
    this.#stop.abort(new SiteRecoveryError("Cancelled", message));
  }

  /** Runs work until it is done or something of the above ends it. */
  async attend<T>(limit: TimeLimit | undefined, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const [late, done] = [new AbortController(), new AbortController()];
    const isLimited = limit !== undefined && limit.seconds > 0;
    if (isLimited) void this.#watch(limit, late, done.signal);
    const signal = isLimited ? AbortSignal.any([this.#stop.signal, late.signal]) : this.#stop.signal;
    try {
      return await run(signal);
    } catch (error) {
      throw becauseOf(signal, error);
    } finally {
      if (isLimited) done.abort();
    }
  }

  async #watch(
    { name, seconds, option }: TimeLimit,
    late: AbortController,
    done: AbortSignal,
  ): Promise<void> {
    try {
      await this.#clock.sleep(seconds * 1000, done);
    } catch {
      // It was done in time.
      return;
    }
    const message = said`${name} took longer than the ${seconds} seconds that customTimeouts.${option} allows, and was stopped.
        What was begun is kept. Run \`pulumi up\` again to resume it, or allow more time.`;
    late.abort(new SiteRecoveryError("Cancelled", message));
  }
}

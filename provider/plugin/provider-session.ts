/** What the calls of one run of Pulumi share: its settings, its engine, and its wish to stop. */
import type { Clock } from "../clock.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { Calling, Surroundings } from "../pulumi/lifecycle-call.ts";
import { HalfDone } from "../pulumi/half-done.ts";
import type { ResourceName } from "./resource-calls.ts";
import { rpcError } from "./rpc-error.ts";
import type { SecretValues } from "../pulumi/secret-values.ts";

/** One call about a resource. */
export interface Attended {
  readonly resource: ResourceName;
  readonly secrets: SecretValues;
  /** How long it may take, 0 for as long as it takes, and the option that says so. */
  readonly limit?: { readonly seconds: number; readonly option: string };
}

/** What was stopped tells why it was; what failed by itself tells that. */
function becauseOf(signal: AbortSignal, error: unknown): unknown {
  const cause = error instanceof HalfDone ? error.cause : error;
  const isStopped = cause instanceof SiteRecoveryError && cause.code === "Cancelled";
  if (!signal.aborted || !isStopped) return error;
  return error instanceof HalfDone ? new HalfDone(signal.reason, error.id, error.state) : signal.reason;
}

export class ProviderSession {
  readonly surroundings: Surroundings;
  home: string | undefined;
  readonly #stop = new AbortController();

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  /** Stops all work in order: what was begun is written down, and the next `pulumi up` goes on with it. */
  cancel(): void {
    const message = "Stopped by the user. What was begun is kept; the next `pulumi up` goes on from there.";
    this.#stop.abort(new SiteRecoveryError("Cancelled", message));
  }

  get cancelled(): AbortSignal {
    return this.#stop.signal;
  }

  /** Runs a call with its time limit. Throws an `RpcError`, without secrets in its text. */
  async attend<T>(attended: Attended, run: (calling: Calling) => Promise<T>): Promise<T> {
    const { resource, secrets, limit } = attended;
    const [late, done] = [new AbortController(), new AbortController()];
    if (limit && limit.seconds > 0) void this.#watch(this.surroundings.clock, attended, late, done.signal);
    const signal = AbortSignal.any([this.#stop.signal, late.signal]);
    try {
      return await run({ urn: resource.urn, home: this.home, signal, conceal: secrets.conceal });
    } catch (error) {
      throw rpcError(becauseOf(signal, error), secrets);
    } finally {
      done.abort();
    }
  }

  async #watch(
    clock: Clock,
    { resource, limit }: Attended,
    late: AbortController,
    done: AbortSignal,
  ): Promise<void> {
    try {
      await clock.sleep(limit!.seconds * 1000, done);
    } catch {
      // It was done in time.
      return;
    }
    const message =
      `${resource.name} took longer than the ${limit!.seconds} seconds that customTimeouts.${limit!.option} ` +
      "allows, and was stopped. What was begun is kept; run `pulumi up` again to go on, or allow more time.";
    late.abort(new SiteRecoveryError("Cancelled", message));
  }
}

/** What the calls of one run of Pulumi share: its settings, its engine, and its wish to stop. */
import type { Calling, Surroundings } from "../pulumi/lifecycle-call.ts";
import type { SecretValues } from "../pulumi/secret-values.ts";
import { type TimeLimit, WorkLimits } from "../pulumi/work-limits.ts";
import type { ResourceName } from "./resource-calls.ts";
import { rpcError } from "./rpc-error.ts";

/** One call about a resource. */
export interface Attended {
  readonly resource: ResourceName;
  readonly secrets: SecretValues;
  readonly limit?: Omit<TimeLimit, "name">;
}

export class ProviderSession {
  readonly surroundings: Surroundings;
  home: string | undefined;
  readonly #limits: WorkLimits;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
    this.#limits = new WorkLimits(surroundings.clock);
  }

  /** Stops all work in order: what was begun is written down, and the next `pulumi up` resumes it. */
  cancel(): void {
    this.#limits.cancel();
  }

  /** Runs a call with its time limit. Throws an `RpcError`, without secrets in its text. */
  async attend<T>(attended: Attended, run: (calling: Calling) => Promise<T>): Promise<T> {
    const { resource, secrets, limit } = attended;
    const { urn, name } = resource;
    try {
      return await this.#limits.attend(limit && { ...limit, name }, (signal) =>
        run({
          urn,
          home: this.home,
          signal,
          shown: secrets.shown,
          isSecret: (path) => secrets.isWithin(path),
          holdsSecrets: () => secrets.holdsAny,
          keepSecret: (paths, values) => secrets.addAt(paths, values),
        }),
      );
    } catch (error) {
      throw rpcError(error, secrets, resource.kind);
    }
  }
}

/** What a call of Pulumi's about a resource brings along, and what comes of it. */
import type { Clock } from "../clock.ts";
import type { DiffAnswer, Handler } from "../handlers/handler.ts";
import type { Declared } from "../handlers/owner.ts";
import type { Message } from "../message.ts";
import type { KindName } from "../kinds/kind.ts";
import type { EngineLink } from "./engine-link.ts";
import type { Properties } from "./resource-state.ts";

export interface Surroundings {
  connect(kind: KindName, home?: string): Promise<Handler>;
  readonly link: EngineLink;
  readonly clock: Clock;
  /** The resources that the program has declared in this run so far, by URN; `check` adds to them. */
  readonly declared: Map<string, Declared>;
}

/** One call of Pulumi's about a resource. */
export interface Calling {
  /** Empty when Pulumi did not tell; lines are then shown under no resource. */
  readonly urn: string;
  readonly home?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A line as people may see it, without what is secret. All of it if absent. */
  readonly shown?: (line: string | Message) => string;
  /** Whether an argument is secret, by its path. */
  readonly isSecret?: (path: string) => boolean;
  /** Paths of the arguments that are secret; absent where the call brings no arguments of the program's. */
  readonly secretPaths?: () => readonly string[];
  /** Takes the values at some paths of what was read for secret, as they are in the program that declares them. */
  readonly keepSecret?: (paths: readonly string[], values: Properties) => void;
  /** Whether something of the resource is secret, as far as is known by now. */
  readonly holdsSecrets?: () => boolean;
  /** Whether the resource takes over what exists, on purpose: an import, or `adopt: true`. */
  readonly adopts?: boolean;
  /** Keys of ours that are kept in the state, for doors that do not get these things each time. */
  readonly kept?: Properties;
}

export interface Difference extends DiffAnswer {
  /** Paths at which the program's text changed, whatever is live. */
  readonly textChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

export interface Kept {
  readonly id: string;
  readonly state: Properties;
}

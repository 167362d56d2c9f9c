/** What a policy is, before Pulumi's policy packs: pure functions over resources, so that tests call them as they are. */
import type { KindName } from "../kinds/kind.ts";
import type { Control } from "./controls.ts";
import type { ReadEvidence } from "./drill-evidence.ts";
import type { SeenResource } from "./seen-resource.ts";

/** Values of a policy's settings: those that the pack's configuration gives, else their defaults. */
export type PolicyOptions = Readonly<Record<string, number | string | readonly string[]>>;

interface Option {
  readonly type: "integer" | "number" | "string" | "array";
  readonly description: string;
  readonly default: number | string | readonly string[];
  readonly minimum?: number;
  readonly items?: { readonly type: "string" };
}

interface About {
  /** Kebab-case; also the rule's id in `siterecovery explain`. */
  readonly id: string;
  /** One sentence: what has to be. */
  readonly description: string;
  /** What to do where it is not so. */
  readonly remedy: string;
  /** What it serves in the framework that auditors ask by. */
  readonly control: Control;
  readonly severity: "low" | "medium" | "high" | "critical";
  readonly level: "advisory" | "mandatory";
  readonly options: Readonly<Record<string, Option>>;
}

/** Looks at one resource at a time. */
export interface ResourcePolicy extends About {
  readonly kinds: readonly KindName[];
  /** What is wrong, as sentences; none when nothing is. */
  check(resource: SeenResource, options: PolicyOptions): readonly string[];
}

/** What a policy knows besides resources. */
export interface Surroundings {
  /** In milliseconds since 1970. */
  readonly now: number;
  /** Where relative paths of options begin: the program's folder. */
  readonly folder: string;
  readonly readEvidence: ReadEvidence;
}

export interface Violation {
  /** The resource that it is said of. */
  readonly urn: string;
  readonly message: string;
}

/** Looks at all resources of a stack together. */
export interface StackPolicy extends About {
  check(
    resources: readonly SeenResource[],
    options: PolicyOptions,
    surroundings: Surroundings,
  ): readonly Violation[];
}

/** A number of the options. */
export function numberOf(options: PolicyOptions, name: string): number {
  return options[name] as number;
}

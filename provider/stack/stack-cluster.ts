import type { ActiveLocation, FailoverSettings } from "../kinds/protected-item.ts";

/** A protection cluster of a definition: machines that are one unit, with recovery points of one instant. */
export interface StackCluster {
  readonly name: string;
  readonly machines: readonly string[];
  /** What makes them one; a word of the user's own. */
  readonly type?: string;
  /** The name that the cluster itself answers to. */
  readonly fqdn?: string;
  /** Names of its nodes; the part before the first dot is a machine's name. */
  readonly nodes?: readonly string[];
  readonly activeLocation?: ActiveLocation;
  readonly failover?: FailoverSettings;
}

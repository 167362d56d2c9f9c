/**
 * Machines of a protection cluster are one unit: this table says which actions are the cluster's, and which may be
 * taken for one machine of it. An action of the cluster is refused for some of its machines, on every way.
 */
import { nameOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ItemAction } from "../../model/transitions.ts";
import { clusterItemIds, clusterOf } from "./cluster-of.ts";
import { said } from "../../message.ts";

interface Refusal {
  /** What one machine cannot do alone: `web1 cannot … without web2`. */
  readonly what: string;
  /** The command that does it for all machines, up to the cluster's name. */
  readonly command: string;
  /** What follows the cluster's name. */
  readonly rest?: string;
}

/**
 * `own`: one machine's action. It moves no machine between the sides, and the machines' recovery points stay of one
 * instant.
 */
export const clusterActions: Record<ItemAction, Refusal | "own"> = {
  PlannedFailover: { what: "change sides", command: "plan failover" },
  UnplannedFailover: { what: "change sides", command: "plan failover" },
  TestFailover: "own",
  TestFailoverCleanup: "own",
  ChangePit: {
    what: "run from another recovery point",
    command: "plan change-recovery-point",
    rest: " <point>",
  },
  CancelFailover: { what: "cancel its failover", command: "plan cancel-failover" },
  Commit: { what: "be committed", command: "plan commit" },
  Failback: { what: "change sides", command: "plan failback" },
  ReverseReplicate: { what: "be protected again", command: "plan reverse-replicate" },
  RepairReplication: "own",
  // A migration item is never in a cluster; its row keeps it so that one is not split if that changes.
  Migrate: { what: "be migrated", command: "plan failover" },
  // Refused as well where the engine removes things: a cluster refers to its machines.
  DisableProtection: "own",
};

/** Throws `ActionNotAllowed` where an action of a cluster would be taken for some of its machines only. */
export function requireWholeClusters(
  parts: EngineParts,
  itemIds: readonly string[],
  actionOf: (itemId: string) => ItemAction,
): void {
  for (const id of itemIds) {
    const refusal = clusterActions[actionOf(id)];
    if (refusal === "own") continue;
    const cluster = clusterOf(parts, id);
    const others = cluster ? clusterItemIds(cluster.inputs) : [];
    const left = others.filter((other) => !itemIds.some((moved) => sameId(moved, other)));
    if (!cluster || left.length === 0) continue;
    const name = nameOf(cluster.id);
    const message = said`${nameOf(id)} cannot ${refusal.what} without ${left.map(nameOf).join(", ")}: they are the protection cluster
        ${name}. Run \`siterecovery ${refusal.command} ${name}${refusal.rest ?? ""}\`, or change that one's activeLocation.`;
    throw new SiteRecoveryError("ActionNotAllowed", message, { target: id });
  }
}

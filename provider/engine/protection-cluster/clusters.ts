/**
 * Protection clusters: protected items that are one unit. They take their recovery points at one instant, as the
 * machines of a replication group do, and a cluster fails over as a plan of one group does. What is said of a cluster
 * is derived from its items; nothing of it is kept.
 */
import { nameOf, parentOf, sameId } from "../../arm-id.ts";
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import { microsoftAzure } from "../../kinds/kind.ts";
import type { ProtectedItemInputs } from "../../kinds/protected-item.ts";
import type { ProtectionClusterInputs } from "../../kinds/protection-cluster.ts";
import type { RecoveryPlanInputs } from "../../kinds/recovery-plan.ts";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { hasSharedPoint } from "../recovery-point/choose-recovery-point.ts";
import { flows } from "../../model/flows.ts";
import { recoveryContainerOf } from "../inventory/recovery-side.ts";
import { type Health, type ItemView, viewItem } from "../item-view.ts";
import type { Progress } from "../../progress.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { itemStates, stateFacts } from "../../model/states.ts";
import { planOfCluster } from "../recovery-plan/plan-things.ts";
import { waitOf } from "../replication-cycle/wait-of.ts";
import { replicateOrBegin } from "../replicate/replicate-or-begin.ts";
import { groupMachinesMax } from "../protected-item/replication-group.ts";
import { clusterItemIds, clusterOf, itemsOfCluster } from "../protected-item/cluster-of.ts";
import { said } from "../../message.ts";

export interface ClusterView {
  readonly items: readonly ItemView[];
  readonly protectionState: string;
  readonly description: string;
  /** `undefined` while its machines are not all at one side. */
  readonly activeLocation: "primary" | "recovery" | undefined;
  readonly testFailoverState: ProtectedItem["testFailoverState"];
  readonly allowedOperations: readonly string[];
  readonly replicationHealth: Health;
  readonly policyId: string;
  readonly recoveryContainerId: string;
}

/** From well to ill; nothing replicates in `None`, which is worse than to replicate well and no alarm. */
const healths: readonly Health[] = ["Normal", "None", "Warning", "Critical"];

function settingsOf(parts: EngineParts, itemId: string): ProtectedItemInputs {
  return findThing<ProtectedItemInputs>(parts.store, itemId)!.inputs;
}

function policyOf(parts: EngineParts, itemId: string): string {
  return settingsOf(parts, itemId).properties?.policyId ?? "";
}

/** The state of the items if they agree, otherwise the state of the first one that is not protected, with a count. */
function stateOf(items: readonly ProtectedItem[]): { protectionState: string; description: string } {
  const others = itemStates.filter((state) => items.some((item) => item.state === state));
  const [state] = others.length === 1 ? others : others.filter((one) => one !== "Protected");
  const facts = stateFacts[state!];
  if (others.length === 1) return facts;
  const count = items.filter((item) => item.state === state).length;
  const description = `${count} of ${items.length} machines: ${facts.description}`;
  return { protectionState: facts.protectionState, description };
}

export class Clusters {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** The plan that a cluster's arguments come to. */
  planOf(clusterId: string, inputs: ProtectionClusterInputs): RecoveryPlanInputs {
    return planOfCluster(clusterId, inputs);
  }

  /** A cluster by the state of its machines. They exist, since none can be removed while the cluster exists. */
  async view(inputs: ProtectionClusterInputs): Promise<ClusterView> {
    const items = await Promise.all(
      itemsOfCluster(this.#parts, inputs).map(({ id }) => viewItem(this.#parts, id)),
    );
    const bare = items.map(({ item }) => item);
    const first = bare[0]!;
    const sides = new Set(bare.map((item) => item.activeLocation));
    const [operations = [], ...others] = items.map((view) => view.allowedOperations);
    const worst = Math.max(...items.map((view) => healths.indexOf(view.replicationHealth)));
    return {
      items,
      ...stateOf(bare),
      activeLocation: sides.size === 1 ? first.activeLocation : undefined,
      testFailoverState: bare.find((item) => item.testFailoverState !== "None")?.testFailoverState ?? "None",
      // A machine of a standing cluster cannot be removed alone, and the cluster itself is no protection.
      allowedOperations: operations.filter(
        (operation) => operation !== "DisableProtection" && others.every((list) => list.includes(operation)),
      ),
      replicationHealth: healths[worst]!,
      policyId: policyOf(this.#parts, first.id),
      recoveryContainerId: this.#recoveryContainerOf(first.id),
    };
  }

  /**
   * Takes the first recovery point that all machines share, where they replicate and have none. A machine that cannot
   * be read now is reported: the next cycle makes up for it.
   */
  async sharePoint(inputs: ProtectionClusterInputs, progress: Progress): Promise<void> {
    const items = itemsOfCluster(this.#parts, inputs);
    const [first] = items;
    const isOne = items.length < 2 || !items.every(({ state }) => stateFacts[state].replicates);
    if (!first || isOne || (await hasSharedPoint(this.#parts, first))) return;
    try {
      const cycle = await replicateOrBegin(this.#parts, first.id, progress, "delta");
      const wait = cycle === undefined ? await waitOf(this.#parts, first.id) : undefined;
      if (wait) progress.report(wait.text);
    } catch (error) {
      if (!isExpected(error) || error.code === "Cancelled") throw error;
      progress.report(`its machines share no recovery point yet: ${error.message}`);
    }
  }

  /** Throws `InvalidInput` for machines that cannot be one unit, saying why. */
  requireUnit(clusterId: string, inputs: ProtectionClusterInputs): void {
    const list = "properties.clusterProtectedItemIds";
    const ids = clusterItemIds(inputs);
    const refuse = (what: string, property = list): never => {
      const message = said`The protection cluster ${nameOf(clusterId)} cannot be declared so: ${what}`;
      throw new SiteRecoveryError("InvalidInput", message, { target: clusterId, property });
    };
    if (ids.length > groupMachinesMax) {
      refuse(`it has ${ids.length} machines, and ${groupMachinesMax} is the most there may be.`);
    }
    const first = requireItem(this.#parts, ids[0]!);
    for (const [index, id] of ids.entries()) {
      const reason = this.#objectionTo(clusterId, requireItem(this.#parts, id), first);
      if (reason !== undefined) refuse(`${nameOf(id)} ${reason}`, `${list}[${index}]`);
    }
    const { policyId, recoveryContainerId } = inputs.properties ?? {};
    const policy = policyOf(this.#parts, first.id);
    if (policyId !== undefined && !sameId(policyId, policy)) {
      refuse(
        `its machines follow the policy ${nameOf(policy)} and not ${nameOf(policyId)}.`,
        "properties.policyId",
      );
    }
    const target = this.#recoveryContainerOf(first.id);
    if (recoveryContainerId === undefined || sameId(recoveryContainerId, target)) return;
    const what = `its machines fail over to ${nameOf(target)}, as their container is mapped, and not to ${nameOf(recoveryContainerId)}.`;
    refuse(what, "properties.recoveryContainerId");
  }

  #objectionTo(clusterId: string, item: ProtectedItem, first: ProtectedItem): string | undefined {
    const other = clusterOf(this.#parts, item.id);
    const { groupName, flow } = item.details;
    const [policy, itsPolicy] = [first.id, item.id].map((id) => policyOf(this.#parts, id)) as [
      string,
      string,
    ];
    if (!sameId(parentOf(item.id), parentOf(clusterId))) {
      return `is in the container ${nameOf(parentOf(item.id))}; a cluster's machines are in its own, ${nameOf(parentOf(clusterId))}.`;
    }
    if (other && !sameId(other.id, clusterId)) {
      return `is in the protection cluster ${nameOf(other.id)} already; take it out of that one first.`;
    }
    if (groupName !== undefined) {
      return `names the replication group "${groupName}"; machines share their points in a group or in a cluster.`;
    }
    if (flow !== first.details.flow) {
      return `is protected as ${flows[flow].title}, and ${nameOf(first.id)} as ${flows[first.details.flow].title}.`;
    }
    if (sameId(policy, itsPolicy)) return undefined;
    return `follows the policy ${nameOf(itsPolicy)}, and ${nameOf(first.id)} follows ${nameOf(policy)}; a cluster has one.`;
  }

  #recoveryContainerOf(itemId: string): string {
    return recoveryContainerOf(this.#parts, itemId, settingsOf(this.#parts, itemId)) ?? microsoftAzure;
  }
}

/** What can be run as a plan: recovery plans, and protection clusters, whose machines start together in one group. */
import { sameId } from "../../arm-id.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { type KindName, microsoftAzure } from "../../kinds/kind.ts";
import type { ProtectionClusterInputs } from "../../kinds/protection-cluster.ts";
import type { RecoveryPlanInputs } from "../../kinds/recovery-plan.ts";
import { findThing, listThings, type Thing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { itemIdsOf } from "./plan-groups.ts";
import { clusterItemIds, type ProtectionCluster } from "../protected-item/cluster-of.ts";

export type PlanThing = Thing<RecoveryPlanInputs>;

const planKinds: readonly KindName[] = ["recovery-plan", "protection-cluster"];

/** The plan that a cluster's arguments come to. */
export function planOfCluster(clusterId: string, inputs: ProtectionClusterInputs): RecoveryPlanInputs {
  const { resourceGroupName, resourceName, activeLocation, failover } = inputs;
  const machines = clusterItemIds(inputs).map((id) => ({ id }));
  return {
    resourceGroupName,
    resourceName,
    properties: {
      primaryFabricId: fabricOf(clusterId),
      recoveryFabricId: microsoftAzure,
      groups: [{ groupType: "Boot", replicationProtectedItems: machines }],
    },
    ...(activeLocation === undefined ? {} : { activeLocation }),
    ...(failover === undefined ? {} : { failover }),
  };
}

function asPlan(thing: Thing): PlanThing {
  if (thing.kind === "recovery-plan") return thing as unknown as PlanThing;
  const { id, inputs } = thing as unknown as ProtectionCluster;
  return { ...thing, inputs: planOfCluster(id, inputs) };
}

export function isPlan(parts: EngineParts, id: string): boolean {
  const kind = findThing(parts.store, id)?.kind;
  return kind !== undefined && planKinds.includes(kind);
}

export function findPlan(parts: EngineParts, id: string): PlanThing | undefined {
  const thing = findThing(parts.store, id);
  return thing && planKinds.includes(thing.kind) ? asPlan(thing) : undefined;
}

export function listPlans(parts: EngineParts): PlanThing[] {
  return planKinds.flatMap((kind) => listThings(parts.store, { kind }).map(asPlan));
}

/** What moves a protected item with others: the recovery plans and the protection cluster that it is in. */
export function plansWith(parts: EngineParts, itemId: string): PlanThing[] {
  return listPlans(parts).filter(({ inputs }) => itemIdsOf(inputs).some((id) => sameId(id, itemId)));
}

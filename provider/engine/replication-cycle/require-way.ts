/**
 * What has to be there before a machine's data may travel from side to side: a line that is up with its ports open
 * (V2A-4, V2F-6), the components of the flow, and the cache of the process server. Each step that sends data asks
 * this before it shuts anything down, and each cycle asks it again before it reads.
 */
import { idKey } from "../../arm-id.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import { microsoftAzure } from "../../kinds/kind.ts";
import { findThing } from "../../store/things.ts";
import { checkComponents } from "../components/check-components.ts";
import type { ComponentStep } from "../components/needed-components.ts";
import { requirePath } from "../components/network-paths.ts";
import type { EngineParts } from "../engine-parts.ts";
import { flows } from "../../model/flows.ts";
import { findMachineOf } from "../inventory/find-machine.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { recoverySideName } from "../inventory/recovery-side.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { groupKeyOf } from "../protected-item/replication-group.ts";
import { replicationRulesOf } from "./replication-rules.ts";

/** From the primary to the recovery side, or from there to the primary one. */
export type Way = "out" | "back";

const steps: Record<Way, ComponentStep> = { out: "replicate", back: "replicateBack" };

/** The way that an item's changes take now: back once replication was reversed, else out. */
export function wayOf({ details }: ProtectedItem): Way {
  return details.reverse === undefined ? "out" : "back";
}

/**
 * Returns if data of the machine can travel. Throws `TargetUnreachable` for a cut line, a closed port or a lost cache,
 * which are retried, and `PrerequisitesNotMet` for a component or an agent that is gone. Changes nothing.
 */
export async function requireWay(
  parts: EngineParts,
  item: ProtectedItem,
  way: Way = wayOf(item),
): Promise<void> {
  requireLine(parts, item, way);
  const { inputs } = findThing<ItemInputs>(parts.store, item.id)!;
  const flow = flows[item.details.flow];
  const lookup = await findMachineOf(parts, item);
  const place = lookup.answer === "found" ? lookup.place : undefined;
  const facts = { parts, itemId: item.id, inputs, flow };
  // Of the machine itself only its agent matters, and only where it sends the data.
  const isAgentNeeded = flow.needsMobilityService && way === "out";
  const machine = place && isAgentNeeded ? { machine: await parts.machines.read(place.folder) } : {};
  checkComponents({ ...facts, ...(place && { inventory: place.inventory }), ...machine }, steps[way]);
  const { processServerId, replicaStoreId } = relationshipOf(item);
  parts.processServerOf(processServerId ?? replicaStoreId).cache.requireThere();
}

function requireLine(parts: EngineParts, item: ProtectedItem, way: Way): void {
  const recoveryFabricName = recoverySideName(parts, item.id);
  const flow = flows[item.details.flow];
  const isBackFromAzure = way === "back" && recoveryFabricName === microsoftAzure;
  requirePath(parts, {
    fabricId: fabricOf(item.id),
    purpose: isBackFromAzure ? "failback" : "replication",
    recoveryFabricName,
    // Machines of VMware come back over a VPN or ExpressRoute only (V2F-6); hosts of Hyper-V reach Azure by themselves.
    isDeclared: isBackFromAzure && flow.fabricType === "VMware",
    isMultiVm: flow.hasReplicationGroups && groupKeyOf(parts, item) !== idKey(item.id),
    listeningPort: replicationRulesOf(parts, item.id)?.listeningPort,
  });
}

import { createHash } from "node:crypto";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachineOf } from "../inventory/find-machine.ts";
import { requireItem } from "../job/run-job.ts";
import type { ProtectedItem } from "../protected-item/item.ts";
import { relationshipOf } from "../protected-item/relationship.ts";
import { replicationRulesOf } from "./replication-rules.ts";
import { requireWay } from "./require-way.ts";

function machineNow(parts: EngineParts, item: ProtectedItem): unknown {
  try {
    const lookup = findMachineOf(parts, item);
    return lookup.answer === "found" ? parts.machines.read(lookup.place.folder) : lookup.answer;
  } catch (error) {
    return String(error);
  }
}

/** What keeps the machine's data from travelling: an agent, a component, a line. */
function obstacleNow(parts: EngineParts, item: ProtectedItem): string | undefined {
  try {
    requireWay(parts, item);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/**
 * A digest of what an unrecoverable error may stem from: settings, policy, storage account, the machine, and the
 * components that it needs (HW-4e).
 */
export function situationOf(parts: EngineParts, itemId: string): string {
  const item = requireItem(parts, itemId);
  const facts = [
    item.state,
    findThing(parts.store, itemId)?.inputs,
    replicationRulesOf(parts, itemId),
    findThing(parts.store, relationshipOf(item).replicaStoreId)?.inputs,
    obstacleNow(parts, item),
    machineNow(parts, item),
  ];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}

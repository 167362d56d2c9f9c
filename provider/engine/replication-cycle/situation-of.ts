import { createHash } from "node:crypto";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachine } from "../inventory/find-machine.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { requireItem } from "../job/run-job.ts";
import { relationshipOf } from "../protected-item/relationship.ts";
import { replicationRulesOf } from "./replication-rules.ts";

function machineNow(parts: EngineParts, itemId: string, machineName: string): unknown {
  try {
    return findMachine(parts, fabricOf(itemId), machineName)?.machine ?? "no such machine";
  } catch (error) {
    return String(error);
  }
}

/** A digest of what an unrecoverable error may stem from: settings, policy, storage account, the machine (HW-4e). */
export function situationOf(parts: EngineParts, itemId: string): string {
  const item = requireItem(parts, itemId);
  const facts = [
    item.state,
    findThing(parts.store, itemId)?.inputs,
    replicationRulesOf(parts, itemId),
    findThing(parts.store, relationshipOf(item).replicaStoreId)?.inputs,
    machineNow(parts, itemId, item.details.machineName),
  ];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}

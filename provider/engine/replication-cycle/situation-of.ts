import { createHash } from "node:crypto";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachineOf } from "../inventory/find-machine.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { replicaDoubtOf } from "../replication/replica-doubt.ts";
import { ledgerOf } from "../replication/replica-ledger.ts";
import { replicationRulesOf } from "./replication-rules.ts";
import { requireWay } from "./require-way.ts";

/** What a look finds, or why there is none. */
async function lookOrWhy(look: () => unknown): Promise<unknown> {
  try {
    return await look();
  } catch (error) {
    return String(error);
  }
}

async function machineNow(parts: EngineParts, item: ProtectedItem): Promise<unknown> {
  const lookup = await findMachineOf(parts, item);
  return lookup.answer === "found" ? await parts.machines.read(lookup.place.folder) : lookup.answer;
}

/** Whether the replica can be opened with its key, and what is found in its place. */
async function replicaNow(parts: EngineParts, item: ProtectedItem): Promise<unknown> {
  const { replicaStoreId, replicaId } = relationshipOf(item);
  const machine = await (await parts.madeStoreOf(replicaStoreId))?.machine(replicaId);
  return machine && (await replicaDoubtOf(machine, ledgerOf(parts.store, replicaId)))?.text;
}

/**
 * A digest of what an unrecoverable error may stem from: settings, policy, storage account, the machine, its replica,
 * and the components that it needs (HW-4e).
 */
export async function situationOf(parts: EngineParts, itemId: string): Promise<string> {
  const item = requireItem(parts, itemId);
  const facts = [
    item.state,
    findThing(parts.store, itemId)?.inputs,
    replicationRulesOf(parts, itemId),
    findThing(parts.store, relationshipOf(item).replicaStoreId)?.inputs,
    // What keeps the machine's data from travelling: an agent, a component, a line.
    await lookOrWhy(async () => requireWay(parts, item)),
    await lookOrWhy(async () => machineNow(parts, item)),
    await lookOrWhy(() => replicaNow(parts, item)),
  ];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}

import { createHash } from "node:crypto";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { fabricOf, findMachine } from "../inventory/find-machine.ts";
import { requireItem } from "../job/run-job.ts";
import { policyOf } from "./policy-of.ts";

function machineNow(parts: EngineParts, itemId: string, machineName: string): unknown {
  try {
    return findMachine(parts, fabricOf(itemId), machineName)?.machine ?? "no such machine";
  } catch (error) {
    return String(error);
  }
}

/** A digest of what an unrecoverable error may stem from: settings, policy, storage account, the machine (HW-4e). */
export function situationOf(parts: EngineParts, itemId: string): string {
  const { state, details } = requireItem(parts, itemId);
  const facts = [
    state,
    findThing(parts.store, itemId)?.inputs,
    policyOf(parts, itemId),
    findThing(parts.store, details.storageAccountId)?.inputs,
    machineNow(parts, itemId, details.machineName),
  ];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}

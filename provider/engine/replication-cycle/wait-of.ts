import { nameOf } from "../../arm-id.ts";
import { initialReplicationWaitsUntil } from "./replication-rules.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireItem } from "../protected-item/require-item.ts";
import { newestPointOf } from "./newest-point.ts";
import { officeHoursOf, resyncWaitsUntil, waitText } from "./resync-window.ts";

/** Why an item does not replicate yet although nothing is wrong with it. */
export interface ReplicationWait {
  readonly what: "resync" | "initial replication";
  /** When it starts, in milliseconds since 1970; `undefined` if only a person starts it. */
  readonly until: number | undefined;
  /** For people: when it starts, and how to start it now. */
  readonly text: string;
}

/** Returns what an item waits for: office hours to end (HW-4d), or its policy's start; `undefined` if for neither. */
export async function waitOf(parts: EngineParts, itemId: string): Promise<ReplicationWait | undefined> {
  const item = requireItem(parts, itemId);
  if (item.state === "EnablingReplication") {
    const until = initialReplicationWaitsUntil(parts, itemId);
    if (until === undefined) return undefined;
    const text = `the policy starts the initial replication of ${nameOf(itemId)} at ${new Date(until).toISOString()}`;
    return { what: "initial replication", until, text };
  }
  const until = await resyncWaitsUntil(parts, item, await newestPointOf(parts, item));
  if (until === undefined) return undefined;
  const text = waitText(item.details.machineName, until, officeHoursOf(parts, itemId));
  return { what: "resync", until: Number.isFinite(until) ? until : undefined, text };
}

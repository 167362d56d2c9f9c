/** Taking over what the marks of an item's machines say, after an older database was put back. */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { addEvent } from "../../store/events.ts";
import { endJob, openJobOf } from "../../store/jobs.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { flows } from "../flows.ts";
import { replicaFolders } from "../inventory/recovery-side.ts";
import { requireItem } from "../job/run-job.ts";
import type { ItemDetails, ProtectedItem, RecoveryMachine } from "../protected-item/item.ts";
import { underLease } from "../under-lease.ts";
import { findLaterMove, type LaterMove } from "./newest-database.ts";
import { said } from "../../message.ts";

/** The replica machine that the later move made. Throws `TargetUnreachable` if it is not there. */
function replicaOf(parts: EngineParts, item: ProtectedItem): { machine: RecoveryMachine; jobId: string } {
  for (const folder of replicaFolders(parts, item)) {
    const mark = parts.machines.markOf(folder);
    if (mark?.madeBy?.purpose !== "replica" || !parts.machines.exists(folder)) continue;
    const { pointId = "", pointTakenAt = 0, jobId } = mark.madeBy;
    const { name } = parts.machines.read(folder);
    return { machine: { name, machineId: mark.machineId, folder, pointId, pointTakenAt }, jobId };
  }
  const message = said`The machine of ${nameOf(item.id)} at the recovery side cannot be found. Bring it back and run again.`;
  throw new SiteRecoveryError("TargetUnreachable", message, { target: item.id });
}

function adopted(details: ItemDetails, jobIds: readonly (string | undefined)[]): ItemDetails {
  const known = jobIds.filter((id) => id !== undefined);
  return { ...details, adoptedJobs: [...new Set([...(details.adoptedJobs ?? []), ...known])] };
}

function atRecovery(parts: EngineParts, item: ProtectedItem, later: LaterMove): ProtectedItem {
  const { machine, jobId } = replicaOf(parts, item);
  const { reverse: _dropped, failbackPointId: _sent, ...details } = item.details;
  const isMigration = flows[details.flow].purpose === "migration";
  return {
    ...item,
    state: isMigration ? "Migrated" : "UnplannedFailoverCommitPending",
    activeLocation: "recovery",
    details: {
      ...adopted(details, [jobId, later.mark.lastMove?.jobId, later.mark.madeBy?.jobId]),
      recoveryMachine: machine,
      // Until the next action sees it off.
      ...(isMigration ? {} : { isSourceUnfenced: true }),
    },
  };
}

function atPrimary(item: ProtectedItem, later: LaterMove): ProtectedItem {
  const details = adopted(item.details, [later.mark.lastMove?.jobId, later.mark.madeBy?.jobId]);
  if (item.activeLocation === "primary") return { ...item, details };
  return { ...item, state: "FailbackCommitPending", activeLocation: "primary", details };
}

/** Makes the item's record what the marks say. Throws `ActionNotAllowed` if they say nothing new. */
export function adoptMove(parts: EngineParts, itemId: string): Promise<"primary" | "recovery"> {
  return underLease(parts, itemId, "adoption of its machine", () => Promise.resolve(adopt(parts, itemId)));
}

function adopt(parts: EngineParts, itemId: string): "primary" | "recovery" {
  const item = requireItem(parts, itemId);
  const later = findLaterMove(parts, item);
  if (later === undefined) {
    const message = said`There is nothing to adopt for ${nameOf(itemId)}: its machines carry no move that this database does not know.`;
    throw new SiteRecoveryError("ActionNotAllowed", message, { target: itemId });
  }
  const now = parts.clock.now();
  const next = later.to === "recovery" ? atRecovery(parts, item, later) : atPrimary(item, later);
  const lastMove = { action: "adoption", endedAt: now };
  parts.store.transaction(() => {
    const left = openJobOf(parts.store, itemId);
    const message = "It was begun before the machine was moved by a later job, which was adopted.";
    if (left) endJob(parts.store, left.id, "Cancelled", now, { code: "Cancelled", message });
    putItem(parts.store, { ...next, details: { ...next.details, lastMove } });
    addEvent(parts.store, {
      type: "VmHealth",
      code: "MachineAdopted",
      severity: "Warning",
      description: `${nameOf(itemId)}: a person adopted the machine in ${later.folder}; it runs at the ${later.to} side`,
      targetId: itemId,
      at: now,
    });
  });
  return later.to;
}

/** Taking over what the marks of an item's machines say, after an older database was put back. */
import { nameOf, sameId } from "../../arm-id.ts";
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import { addEvent } from "../../store/events.ts";
import { endJob, openJobOf } from "../../store/jobs.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { flows } from "../../model/flows.ts";
import { findMachineOf } from "../inventory/find-machine.ts";
import { noteLeft, sentUpTo } from "../identity/changed-primary.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { type MachinePlace, namesakes } from "../inventory/look-up-machine.ts";
import { replicaFolders } from "../inventory/recovery-side.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ItemDetails, ProtectedItem, RecoveryMachine } from "../../model/item.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { ledgerOf } from "../replication/replica-ledger.ts";
import { underLease } from "../lease/under-lease.ts";
import { isKnownJob } from "../identity/owned-machine.ts";
import { machineAt } from "../identity/machine-at.ts";
import { findLaterMove, isOnItsWay, laterJobs } from "../identity/newest-database.ts";
import { said } from "../../message.ts";

function pointUnknown(item: ProtectedItem, folder: string): SiteRecoveryError {
  const name = nameOf(item.id);
  const message = said`The machine in ${folder} does not say which recovery point it was made from, so it cannot be adopted: what it runs
      from would be a guess. Put the newest database back. If it is lost, stop the machine, remove ${folder}, and fail
      over again with \`siterecovery failover ${name} --kind unplanned\`; what the machine has written since is lost then.`;
  return new SiteRecoveryError("Damaged", message, { target: item.id });
}

/**
 * The replica machine that the later move made. Throws `TargetUnreachable` if it is not there, and `Damaged` if its mark
 * does not say what it was made from.
 */
async function replicaOf(parts: EngineParts, item: ProtectedItem): Promise<RecoveryMachine> {
  for (const folder of await replicaFolders(parts, item)) {
    const mark = await parts.machines.markOf(folder);
    if (mark?.madeBy?.purpose !== "replica" || !(await parts.machines.exists(folder))) continue;
    const { pointId, pointTakenAt } = mark.madeBy;
    if (pointId === undefined || pointTakenAt === undefined) throw pointUnknown(item, folder);
    const { name } = await parts.machines.read(folder);
    return { name, machineId: mark.machineId, folder, pointId, pointTakenAt };
  }
  const message = said`The machine of ${nameOf(item.id)} at the recovery side cannot be found. Bring it back and run again.`;
  throw new SiteRecoveryError("TargetUnreachable", message, { target: item.id });
}

function adopted(details: ItemDetails, jobIds: readonly string[]): ItemDetails {
  return { ...details, knownJobs: [...new Set([...(details.knownJobs ?? []), ...jobIds])] };
}

/** Whether the item's record is of the very machine that is at the recovery side: nothing made it again since. */
async function isAsRecorded(
  parts: EngineParts,
  { id, activeLocation, details }: ProtectedItem,
): Promise<boolean> {
  const { recoveryMachine } = details;
  if (activeLocation !== "recovery" || recoveryMachine === undefined) return false;
  const mark = await parts.machines.markOf(recoveryMachine.folder);
  return mark?.madeBy !== undefined && isKnownJob(parts, id, mark.madeBy.jobId);
}

async function atRecovery(parts: EngineParts, item: ProtectedItem): Promise<ProtectedItem> {
  if (await isAsRecorded(parts, item)) {
    // The way back is the one that is recorded, too.
    return { ...item, details: adopted(item.details, await laterJobs(parts, item)) };
  }
  const machine = await replicaOf(parts, item);
  const { reverse: _dropped, failbackPointId: _sent, ...details } = item.details;
  const isMigration = flows[details.flow].purpose === "migration";
  return {
    ...item,
    state: isMigration ? "Migrated" : "UnplannedFailoverCommitPending",
    activeLocation: "recovery",
    details: {
      ...adopted(details, await laterJobs(parts, item)),
      recoveryMachine: machine,
      // Until the next action sees it off; what its disks held at the failover is not known.
      ...(isMigration ? {} : { isSourceUnfenced: true, primaryLeft: { sentUpTo: [] } }),
    },
  };
}

/** The machine that a failback made again at the primary side: its id is not the one that the database knows. */
async function madeAgain(parts: EngineParts, item: ProtectedItem): Promise<MachinePlace | undefined> {
  const places = await namesakes(parts, fabricOf(item.id), item.details.machineName);
  return places.find(({ mark }) => {
    const made = mark?.madeBy;
    return made?.purpose === "failback" && made.engineId === parts.engineId && sameId(made.itemId, item.id);
  });
}

async function atPrimary(parts: EngineParts, item: ProtectedItem): Promise<ProtectedItem> {
  const isThere = (await findMachineOf(parts, item)).answer === "found";
  const place = isThere ? undefined : await madeAgain(parts, item);
  const known = place
    ? {
        ...item.details,
        ...(await machineAt(parts, item.details, { folder: place.folder, hostId: place.inventory.id })),
      }
    : item.details;
  const details = adopted(known, await laterJobs(parts, item));
  if (item.activeLocation === "primary") return { ...item, details };
  return { ...item, state: "FailbackCommitPending", activeLocation: "primary", details };
}

/** Makes the item's record what the marks say. Throws `ActionNotAllowed` if they say nothing new. */
export function adoptMove(parts: EngineParts, itemId: string): Promise<"primary" | "recovery"> {
  return underLease(parts, itemId, "adoption of its machine", async () => {
    const side = await adopt(parts, itemId);
    await adoptReplica(parts, requireItem(parts, itemId));
    return side;
  });
}

/**
 * The replica has moved on with the machine: the newest point that this engine wrote is the one that it continues. A
 * target that cannot be reached or has points of another engine stays in doubt.
 */
async function adoptReplica(parts: EngineParts, item: ProtectedItem): Promise<void> {
  const { replicaStoreId, replicaId } = relationshipOf(item);
  try {
    const machine = await (await parts.replicaStoreOf(replicaStoreId)).machine(replicaId);
    const release = await machine.lock();
    try {
      const newest = await machine.points.newestReadable();
      if (newest?.engineId !== parts.engineId) return;
      await machine.takeOver();
      ledgerOf(parts.store, replicaId).written(newest);
      const { primaryLeft } = item.details;
      if (primaryLeft?.sentUpTo !== undefined) {
        // The newest point may be one of the machine at the recovery side, which says nothing of the disks left behind.
        const known = [...primaryLeft.sentUpTo, ...sentUpTo(item, newest)];
        noteLeft(parts, item, { ...primaryLeft, sentUpTo: known });
      }
    } finally {
      await release();
    }
  } catch (error) {
    if (!isExpected(error)) throw error;
  }
}

async function adopt(parts: EngineParts, itemId: string): Promise<"primary" | "recovery"> {
  const item = requireItem(parts, itemId);
  const later = await findLaterMove(parts, item);
  if (later === undefined) {
    const message = said`There is nothing to adopt for ${nameOf(itemId)}: its machines carry no move that this database does not know.`;
    throw new SiteRecoveryError("ActionNotAllowed", message, { target: itemId });
  }
  const now = parts.clock.now();
  const to = (await isOnItsWay(parts, item, later)) ? "recovery" : later.to;
  const next = to === "recovery" ? await atRecovery(parts, item) : await atPrimary(parts, item);
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
      description: `${nameOf(itemId)}: a person adopted the machine in ${later.folder}; it runs at the ${to} side`,
      targetId: itemId,
      at: now,
    });
  });
  return to;
}

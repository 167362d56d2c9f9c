/**
 * The way back of a machine's disks: those at the primary side are made equal to a recovery point by writing only
 * what differs, and a machine or a disk that is gone is made again (H2F-4).
 */
import path from "node:path";
import { protectorFor } from "../inventory/machine-protector.ts";
import { nameOf, sameId } from "../../arm-id.ts";
import { makeFolderDurably } from "../../blocks/file-system.ts";
import type { Lineage } from "../../model/lineage.ts";
import { resetTracking } from "../../disks/reset-tracking.ts";
import { whileNobodyWrites } from "../../disks/while-nobody-writes.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { randomUuid } from "../../random.ts";
import type { EngineParts } from "../engine-parts.ts";
import { machineAt } from "../identity/machine-at.ts";
import { noteMove, ownerFor, requireFree } from "../identity/owned-machine.ts";
import {
  findMachineOf,
  inventoryForNewMachine,
  namePlaces,
  nameSilent,
  notFound,
} from "../inventory/find-machine.ts";
import { fabricOf, inventoriesOf, type Inventory } from "../inventory/inventories.ts";
import type { Lookup, MachinePlace } from "../inventory/look-up-machine.ts";
import type { Platform } from "../../model/flows.ts";
import type { JobContext } from "../job/job-definition.ts";
import { imagesLeft, mayBeChanged, noteLeft, requireUnchanged } from "../identity/changed-primary.ts";
import type { ItemDetails, ProtectedItem } from "../../model/item.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { copyProgress } from "../job/report-progress.ts";
import { applyDelta } from "../replication/apply-delta.ts";
import { restoreDisk } from "../replication/restore-disk.ts";
import type { Seed } from "../../model/lineage.ts";
import { said } from "../../message.ts";

type Context<Input> = Pick<JobContext<Input>, "parts" | "itemId" | "jobId" | "item" | "progress">;

/** Where a machine comes back to: found once, before anything is changed, and kept with the job. */
export interface PrimaryPlace {
  readonly folder: string;
  readonly isThere: boolean;
  readonly platform: Platform;
  /** The inventory's id; absent in jobs of an earlier version. */
  readonly hostId?: string;
}

/**
 * The machine itself where it is still there; else a new one, on the named host if one is named. A physical server
 * comes back as a VMware machine (V2F-9). Throws `SourceUnreachable` while the machine may still be somewhere that
 * cannot be looked at, and `DuplicateName` or `AlreadyExists` when another machine is in the way.
 */
export function primaryPlace<Input>(
  context: Omit<Context<Input>, "progress">,
  alternateHost?: string,
): PrimaryPlace {
  const { parts } = context;
  const item = context.item();
  const lookup = findMachineOf(parts, item);
  if (lookup.answer === "duplicate") throw notFound(item, lookup);
  if (lookup.answer === "found" && lookup.place.inventory.platform !== "physical") {
    return placeThere(parts, item, lookup.place, alternateHost);
  }
  if (lookup.answer !== "found") requireMayBeMadeAgain(parts, item, lookup, alternateHost);
  const inventory = hostForNew(parts, fabricOf(item.id), alternateHost);
  const folder = path.join(inventory.folder, item.details.machineName);
  // What is left of the machine is written into as the machine itself would be.
  if (isOwnFolder(parts, item, folder)) parts.machines.requireOwnImages(folder, item.details.disks);
  else requireFree(parts, folder, ownerFor(context, { purpose: "failback" }));
  return { folder, isThere: false, platform: inventory.platform, hostId: inventory.id };
}

function placeThere(
  parts: EngineParts,
  item: ProtectedItem,
  { inventory, folder }: MachinePlace,
  alternateHost: string | undefined,
): PrimaryPlace {
  if (!isWanted(inventory.name, alternateHost)) {
    const message = said`${item.details.machineName} is still on ${inventory.name}: a second one on ${alternateHost} would make two of it.
        Fail back without naming a host, or remove the machine there first.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: item.id, property: "toHost" });
  }
  parts.machines.requireOwnImages(folder, item.details.disks);
  return { folder, isThere: true, platform: inventory.platform, hostId: inventory.id };
}

/** Whether a folder without a machine.yaml is what is left of the item's own machine. */
function isOwnFolder(parts: EngineParts, { details }: ProtectedItem, folder: string): boolean {
  const mark = parts.machines.markOf(folder);
  return mark !== undefined && mark.machineId === details.machine?.machineId;
}

/** A machine that a failback of this item left half-made, or made and did not finish, is made again in its place. */
function isOwnAttempt({ engineId }: EngineParts, item: ProtectedItem, { mark }: MachinePlace): boolean {
  const made = mark?.madeBy;
  return made?.purpose === "failback" && made.engineId === engineId && sameId(made.itemId, item.id);
}

/** A machine that may still run somewhere is not made a second time unless a person says that it is off for good. */
function requireMayBeMadeAgain(
  parts: EngineParts,
  item: ProtectedItem,
  lookup: Exclude<Lookup, { answer: "found" | "duplicate" }>,
  alternateHost: string | undefined,
): void {
  const { machineName, isSourceUnfenced, sourceConfirmedOffAt } = item.details;
  const name = nameOf(item.id);
  const isUnknown = lookup.answer === "unknown";
  if ((isUnknown || isSourceUnfenced === true) && sourceConfirmedOffAt === undefined) {
    const why = isUnknown
      ? nameSilent(lookup.silent)
      : `${machineName} is missing at the primary side, and it was not seen to be off since the failover`;
    const message = said`A failback of ${name} now could make a second ${machineName}: ${why}. Bring that back and run again; or, if
        ${machineName} is off there for good, run \`siterecovery confirm-source-off ${name}\` and then
        \`siterecovery failback ${name} --to-host <host>\`.`;
    throw new SiteRecoveryError("SourceUnreachable", message, { target: item.id });
  }
  if (isUnknown && alternateHost === undefined) {
    const message = said`${machineName} cannot be looked for: ${nameSilent(lookup.silent)}. Say where it is to be made:
        \`siterecovery failback ${name} --to-host <host>\`.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: item.id, property: "toHost" });
  }
  const others = lookup.others.filter((place) => !isOwnAttempt(parts, item, place));
  if (others.length === 0) return;
  const message = said`${machineName} is gone from the primary side, and another machine has its name: ${namePlaces(others)}. Rename or
      remove that one. If it is ${machineName} itself, put back without its id (the file machine-id), run
      \`siterecovery choose-machine ${name} --host ${others[0]!.inventory.name}\`.`;
  throw new SiteRecoveryError("DuplicateName", message, { target: item.id });
}

function isWanted(name: string, alternateHost: string | undefined): boolean {
  return alternateHost === undefined || name.toLowerCase() === alternateHost.toLowerCase();
}

function hostForNew(parts: EngineParts, fabricId: string, alternateHost: string | undefined): Inventory {
  if (alternateHost === undefined) return inventoryForNewMachine(parts, fabricId);
  const inventories = inventoriesOf(parts, fabricId);
  const chosen = inventories.find(({ name }) => isWanted(name, alternateHost));
  if (chosen && chosen.platform !== "physical" && parts.files.exists(chosen.folder)) return chosen;
  const names = inventories.filter(({ platform }) => platform !== "physical").map(({ name }) => name);
  const message = said`${nameOf(fabricId)} has no host "${alternateHost}" that can be reached and takes machines.
      There are: ${names.join(", ") || "none"}.`;
  throw new SiteRecoveryError("NotFound", message, { target: fabricId, property: "toHost" });
}

/** Makes the folder of a machine that is gone, or resumes with what an earlier attempt made of it. */
function makePlace<Input>(context: Context<Input>, folder: string, pointId: string): void {
  const { parts } = context;
  const owner = ownerFor(context, { purpose: "failback", pointId });
  if (isOwnFolder(parts, context.item(), folder)) return;
  requireFree(parts, folder, owner);
  makeFolderDurably(parts.files, folder);
  const machineId = parts.machines.markOf(folder)?.machineId ?? randomUuid(parts.random);
  parts.machines.setMark(folder, {
    machineId,
    madeBy: owner,
    protectedBy: protectorFor(parts, context.itemId),
  });
}

export interface AppliedPoint {
  readonly bytesWritten: number;
  /** The disks equal this point, and what their changes count from since then. */
  readonly seed: Seed;
}

/** Makes a disk equal to a point. From then on its changes count towards the next delta: what they count from is returned. */
async function applyToDisk(
  { files, clock }: EngineParts,
  options: Parameters<typeof restoreDisk>[0],
): Promise<{ bytesWritten: number; lineage: Lineage | undefined }> {
  const reset = (): Promise<Lineage | undefined> => resetTracking(options.toPath, { files, clock });
  if (!files.exists(options.toPath)) {
    const { bytesWritten } = await restoreDisk(options);
    return { bytesWritten, lineage: await reset() };
  }
  const before = files.facts(options.toPath).sizeBytes;
  const applied = await whileNobodyWrites(
    options.toPath,
    async () => {
      const { bytesWritten } = await applyDelta(options);
      // Logs are of one size: those of a disk that has another one begin again once it is opened anew.
      const isSameSize = files.facts(options.toPath).sizeBytes === before;
      return { bytesWritten, lineage: isSameSize ? await reset() : undefined };
    },
    { files, clock },
  );
  return applied.lineage === undefined ? { ...applied, lineage: await reset() } : applied;
}

/** Makes the primary side's disks equal to a point of the relationship in use. The machine is off then. */
export async function applyToPrimary<Input>(
  context: Context<Input>,
  { pointId, place, isDiscarded }: { pointId: string; place: PrimaryPlace; isDiscarded: boolean | undefined },
): Promise<AppliedPoint> {
  const { parts, progress } = context;
  const item = context.item();
  const store = await parts.replicaStoreOf(relationshipOf(item).replicaStoreId);
  // Somebody may have written since the job's first look.
  requireUnchanged(parts, item, { folder: place.folder, isDiscarded });
  if (place.isThere) parts.machines.shutDown(place.folder);
  else makePlace(context, place.folder, pointId);
  noteMove(parts, place.folder, context, "primary");
  // From here on the disks are what this job makes of them, also if it fails.
  noteLeft(parts, item, undefined);
  let bytesWritten = 0;
  const lineages: Record<string, Lineage> = {};
  for (const disk of item.details.disks) {
    const options = {
      store,
      pointId,
      diskId: disk.id,
      toPath: path.join(place.folder, disk.file),
      onProgress: copyProgress(parts.clock, progress, "failback"),
      ...(progress.signal ? { signal: progress.signal } : {}),
    };
    const applied = await parts.copySlot(() => applyToDisk(parts, options));
    bytesWritten += applied.bytesWritten;
    if (applied.lineage !== undefined) lineages[disk.id] = applied.lineage;
  }
  if (!place.isThere) parts.machines.define(place.folder, item.details.definition);
  return { bytesWritten, seed: { pointId, lineages } };
}

/**
 * Stops a machine that an unfinished way back has made or started; one that it made is removed. Disks that it has begun to
 * overwrite are what it made of them: what changes them from now on is noticed.
 */
export function undoPrimary(
  { parts, jobId, item }: Pick<Context<unknown>, "parts" | "jobId" | "item">,
  { folder, isThere }: PrimaryPlace,
): void {
  if (!parts.files.exists(folder)) return;
  const isOverwritten = item().details.primaryLeft === undefined;
  // Once a machine that somebody has started on them is off, it cannot be seen any more that it wrote.
  const areChanged = isOverwritten && mayBeChanged(parts, item(), folder);
  if (parts.machines.exists(folder)) parts.machines.shutDown(folder);
  if (isOverwritten) {
    noteLeft(parts, item(), areChanged ? { areChanged } : { images: imagesLeft(parts, item(), folder) });
  }
  if (!isThere && parts.machines.markOf(folder)?.madeBy?.jobId === jobId) parts.machines.remove(folder);
}

/** The item's facts once its machine runs at its place at the primary side again. */
export function settledAt(parts: EngineParts, details: ItemDetails, place: PrimaryPlace): ItemDetails {
  const {
    isSourceUnfenced: _fenced,
    sourceConfirmedOffAt: _confirmed,
    primaryLeft: _overwritten,
    ...rest
  } = details;
  const hostId = place.hostId ?? details.machine?.hostId;
  return hostId === undefined ? rest : machineAt(parts, rest, { folder: place.folder, hostId });
}

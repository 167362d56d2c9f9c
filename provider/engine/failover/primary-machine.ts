/** Where a machine comes back to at the primary side: its own place, or a new one where the machine is gone (H2F-4). */
import path from "node:path";
import { protectorFor } from "../inventory/machine-protector.ts";
import { nameOf, sameId } from "../../arm-id.ts";
import { makeFolderDurably } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { randomUuid } from "../../random.ts";
import type { EngineParts } from "../engine-parts.ts";
import { machineAt, type MachineFacts } from "../identity/machine-at.ts";
import { ownerFor, requireFree } from "../identity/owned-machine.ts";
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
import type { ItemDetails, ProtectedItem } from "../../model/item.ts";
import { said } from "../../message.ts";

export type WayBackContext<Input> = Pick<
  JobContext<Input>,
  "parts" | "itemId" | "jobId" | "item" | "progress"
>;

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
export async function primaryPlace<Input>(
  context: Omit<WayBackContext<Input>, "progress">,
  alternateHost?: string,
): Promise<PrimaryPlace> {
  const { parts } = context;
  const item = context.item();
  const lookup = await findMachineOf(parts, item);
  if (lookup.answer === "duplicate") throw notFound(item, lookup);
  if (lookup.answer === "found" && lookup.place.inventory.platform !== "physical") {
    return placeThere(parts, item, lookup.place, alternateHost);
  }
  if (lookup.answer !== "found") requireMayBeMadeAgain(parts, item, lookup, alternateHost);
  const inventory = hostForNew(parts, fabricOf(item.id), alternateHost);
  const folder = path.join(inventory.folder, item.details.machineName);
  // What is left of the machine is written into as the machine itself would be.
  if (await isOwnFolder(parts, item, folder))
    await parts.machines.requireOwnImages(folder, item.details.disks);
  else await requireFree(parts, folder, ownerFor(context, { purpose: "failback" }));
  return { folder, isThere: false, platform: inventory.platform, hostId: inventory.id };
}

async function placeThere(
  parts: EngineParts,
  item: ProtectedItem,
  { inventory, folder }: MachinePlace,
  alternateHost: string | undefined,
): Promise<PrimaryPlace> {
  if (!isWanted(inventory.name, alternateHost)) {
    const message = said`${item.details.machineName} is still on ${inventory.name}: a second one on ${alternateHost} would make two of it.
        Fail back without naming a host, or remove the machine there first.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: item.id, property: "toHost" });
  }
  await parts.machines.requireOwnImages(folder, item.details.disks);
  return { folder, isThere: true, platform: inventory.platform, hostId: inventory.id };
}

/** Whether a folder without a machine.yaml is what is left of the item's own machine. */
async function isOwnFolder(parts: EngineParts, { details }: ProtectedItem, folder: string): Promise<boolean> {
  const mark = await parts.machines.markOf(folder);
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
  const takesMachines = ({ platform, folder }: Inventory): boolean =>
    platform !== "physical" && parts.machines.holdsFiles(folder);
  if (chosen && takesMachines(chosen) && parts.files.exists(chosen.folder)) return chosen;
  const names = inventories.filter(takesMachines).map(({ name }) => name);
  const message = said`${nameOf(fabricId)} has no host "${alternateHost}" that can be reached and takes machines.
      There are: ${names.join(", ") || "none"}.`;
  throw new SiteRecoveryError("NotFound", message, { target: fabricId, property: "toHost" });
}

/** Makes the folder of a machine that is gone, or resumes with what an earlier attempt made of it. */
export async function makePlace<Input>(
  context: WayBackContext<Input>,
  folder: string,
  pointId: string,
): Promise<void> {
  const { parts } = context;
  const images = context.item().details.disks.map(({ file }) => file);
  const owner = ownerFor(context, { purpose: "failback", pointId, images });
  if (await isOwnFolder(parts, context.item(), folder)) return;
  await requireFree(parts, folder, owner);
  makeFolderDurably(parts.files, folder);
  const machineId = (await parts.machines.markOf(folder))?.machineId ?? randomUuid(parts.random);
  await parts.machines.setMark(folder, {
    machineId,
    madeBy: owner,
    protectedBy: protectorFor(parts, context.itemId),
  });
}

/** Which machine an item's machine is once it runs at its place at the primary side again. */
export async function machineOfPlace(
  parts: EngineParts,
  details: ItemDetails,
  place: PrimaryPlace,
): Promise<MachineFacts> {
  const hostId = place.hostId ?? details.machine?.hostId;
  return hostId === undefined ? {} : machineAt(parts, details, { folder: place.folder, hostId });
}

/** The item's facts without those of a time away. */
export function settled(details: ItemDetails): ItemDetails {
  const {
    isSourceUnfenced: _fenced,
    sourceConfirmedOffAt: _confirmed,
    primaryLeft: _overwritten,
    ...rest
  } = details;
  return rest;
}

/** Where a fabric's machines are, and the errors that say why one cannot be had. */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { Machine } from "../../ports/machines.ts";
import type { EngineParts } from "../engine-parts.ts";
import { fabricTypeOf } from "./fabric-type.ts";
import type { FabricType } from "../../model/flows.ts";
import { requireNoOtherProtector } from "./machine-protector.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { fabricOf, inventoriesOf, type Inventory } from "./inventories.ts";
import {
  answeringOf,
  isFormer,
  type Lookup,
  lookUpMachine,
  type MachinePlace,
  namesakes,
} from "./look-up-machine.ts";
import { plain, said } from "../../message.ts";

export interface FoundMachine {
  readonly inventory: Inventory;
  readonly machine: Machine;
}

/** What a fabric without machines lacks. */
const missing: Record<FabricType | "Azure", string> = {
  HyperVSite:
    "has no host registered (provider and agent). Declare a ReplicationRecoveryServicesProvider for each host",
  VMM: "has no host in its clouds. Declare a ReplicationHost for each host of the VMM server's clouds",
  VMware:
    "has no vCenter server and no physical servers. Declare a ReplicationvCenter, or give the configuration " +
    "server's registration an inventoryFolder of physical servers",
  Azure: "is an Azure region, and holds no machines of its own. Name the fabric that the machines are in",
};

function inventoriesThatAre(parts: EngineParts, fabricId: string): Inventory[] {
  const inventories = inventoriesOf(parts, fabricId);
  if (inventories.length > 0) return inventories;
  const what = missing[fabricTypeOf(parts, fabricId) ?? "HyperVSite"];
  const message = said`The site ${nameOf(fabricId)} ${what}, and let the protected items depend on it.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: fabricId });
}

function noneReachable(fabricId: string, inventories: readonly Inventory[]): SiteRecoveryError {
  const folders = inventories.map((inventory) => inventory.folder).join(", ");
  const message = said`No host of the site ${nameOf(fabricId)} can be reached: ${folders} is gone. Bring it back and run again.`;
  return new SiteRecoveryError("SourceUnreachable", message, { target: fabricId });
}

/** What is known of an item whose machine is looked for; one that has no side yet is to run at the primary side. */
type SoughtItem = Pick<ProtectedItem, "id" | "details"> & Partial<Pick<ProtectedItem, "activeLocation">>;

/** Looks for the machine of an item at the primary side. Throws `PrerequisitesNotMet` for a fabric without hosts. */
export async function findMachineOf(parts: EngineParts, item: SoughtItem): Promise<Lookup> {
  const fabricId = fabricOf(item.id);
  inventoriesThatAre(parts, fabricId);
  return lookUpMachine(parts, fabricId, { ...item.details, isAway: item.activeLocation === "recovery" });
}

/** All machines that carry the id of an item's machine: one, or its copies as well. Machines that have its name only are none. */
export function carriersOf(
  lookup: Lookup,
  { details }: Pick<ProtectedItem, "details">,
): readonly MachinePlace[] {
  if (lookup.answer === "found") return [lookup.place];
  if (lookup.answer === "gone" || details.machine === undefined) return [];
  const { machineId } = details.machine;
  const places = lookup.answer === "duplicate" ? lookup.places : lookup.others;
  return places.filter(({ mark }) => mark?.machineId === machineId);
}

/** The machines that an item had before a failback made another one, as far as their hosts answer. */
export async function findFormers(
  parts: EngineParts,
  { id, details }: Pick<ProtectedItem, "id" | "details">,
): Promise<MachinePlace[]> {
  if (details.formerMachines === undefined) return [];
  return (await namesakes(parts, fabricOf(id), details.machineName)).filter((place) =>
    isFormer(details, place),
  );
}

/** Places as people read them: `web1 on hv1 (/machines/hv1/web1)`. */
export function namePlaces(places: readonly MachinePlace[]): string {
  return places
    .map(({ inventory, folder, name }) => `${name} on ${inventory.name} (${folder})`)
    .join(" and ");
}

/** `hv1 (/machines/hv1) does not answer`. */
export function nameSilent(silent: readonly Inventory[]): string {
  const hosts = silent.map(({ name, folder }) => `${name} (${folder})`).join(", ");
  return `${hosts} ${silent.length === 1 ? "does" : "do"} not answer`;
}

function duplicate(target: string, machineName: string, places: readonly MachinePlace[]): SiteRecoveryError {
  const message = said`There are two machines that could be ${machineName}: ${namePlaces(places)}. Nothing is done with either until
      you decide: remove the one that is not it, or run \`siterecovery choose-machine ${nameOf(target)} --host <host>\`.`;
  return new SiteRecoveryError("DuplicateName", message, { target });
}

/** The error that says why the machine of an item cannot be had. */
export function notFound(
  { id, details }: Pick<ProtectedItem, "id" | "details">,
  lookup: Exclude<Lookup, { answer: "found" }>,
): SiteRecoveryError {
  const { machineName, machine } = details;
  const where = nameOf(fabricOf(id));
  if (lookup.answer === "duplicate") return duplicate(id, machineName, lookup.places);
  if (lookup.answer === "unknown") {
    const message = said`The machine ${machineName} of ${where} cannot be found: ${nameSilent(lookup.silent)}. Bring the host back and run again.`;
    return new SiteRecoveryError("SourceUnreachable", message, { target: id });
  }
  const { others } = lookup;
  const known = machine && said` It was on ${nameOf(machine.hostId)}.`;
  const other =
    others.length === 0
      ? plain("Mount its folder again, or put it back.")
      : said`Another machine has its name: ${namePlaces(others)}. If that is it now, run \`siterecovery choose-machine ${nameOf(id)} --host ${others[0]!.inventory.name}\`.`;
  const message = said`The machine ${machineName} is missing: the hosts of ${where} answer, and none has it.${known} ${other}`;
  return new SiteRecoveryError("PrerequisitesNotMet", message, { target: id });
}

/**
 * Returns where the machine of an item is. Throws `SourceUnreachable` if its host does not answer, `PrerequisitesNotMet`
 * if it is missing though all do, `DuplicateName` if two machines could be it, and `ActionNotAllowed` if another engine
 * protects it.
 */
export async function requirePlaceOf(parts: EngineParts, item: SoughtItem): Promise<MachinePlace> {
  const lookup = await findMachineOf(parts, item);
  if (lookup.answer !== "found") throw notFound(item, lookup);
  requireNoOtherProtector(parts, item.id, lookup.place);
  return lookup.place;
}

/** As `requirePlaceOf`, with what its machine.yaml says. */
export async function requireMachineOf(parts: EngineParts, item: SoughtItem): Promise<FoundMachine> {
  const { inventory, folder } = await requirePlaceOf(parts, item);
  return { inventory, machine: await parts.machines.read(folder) };
}

/**
 * Returns the machine of a name that nothing protects yet. Throws `PrerequisitesNotMet`, naming the machines there
 * are, `SourceUnreachable` if no host answers, and `DuplicateName` if two hosts have one of that name.
 */
export async function requireMachineNamed(
  parts: EngineParts,
  fabricId: string,
  machineName: string,
): Promise<FoundMachine & { place: MachinePlace }> {
  const inventories = inventoriesThatAre(parts, fabricId);
  const { answering } = await answeringOf(parts, inventories);
  if (answering.length === 0) throw noneReachable(fabricId, inventories);
  const lookup = await lookUpMachine(parts, fabricId, { machineName });
  if (lookup.answer === "found") {
    const { place } = lookup;
    return { inventory: place.inventory, machine: await parts.machines.read(place.folder), place };
  }
  if (lookup.answer === "duplicate") {
    const message = said`Two hosts of ${nameOf(fabricId)} have a machine "${machineName}": ${namePlaces(lookup.places)}. Rename or
        remove the one that is not to be protected.`;
    throw new SiteRecoveryError("DuplicateName", message, { target: machineName });
  }
  const names = (await Array.fromAsync(answering, async (inventory) => parts.machines.list(inventory.folder)))
    .flat()
    .join(", ");
  const silent = lookup.answer === "unknown" ? said` (${nameSilent(lookup.silent)})` : undefined;
  const known = names === "" ? plain("Their inventories are empty.") : said`There are: ${names}.`;
  const message = said`No host of the site ${nameOf(fabricId)} has a machine "${machineName}"${silent}. ${known}`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: machineName });
}

/**
 * The inventory that a machine which has to be made is put into: the first that can be reached, of the container if
 * one is named. Machines are made in folders only, and on hypervisors: a physical server comes back as a VMware machine
 * (V2F-9).
 */
export function inventoryForNewMachine(
  parts: EngineParts,
  fabricId: string,
  containerName?: string,
): Inventory {
  const isFit = ({ folder, platform, containerName: container }: Inventory): boolean =>
    platform !== "physical" &&
    parts.machines.holdsFiles(folder) &&
    (containerName === undefined || container === undefined || container === containerName);
  const inventories = inventoriesThatAre(parts, fabricId);
  const isThere = ({ folder }: Inventory): boolean =>
    parts.machines.holdsFiles(folder) && parts.files.exists(folder);
  const folders = inventories.filter(({ folder }) => parts.machines.holdsFiles(folder));
  if (folders.length > 0 && !folders.some(isThere)) throw noneReachable(fabricId, folders);
  const fits = folders.filter(isThere).find(isFit);
  if (fits) return fits;
  const silent = folders.filter(isFit);
  if (silent.length > 0) {
    const why = nameSilent(silent);
    const message = said`The site ${nameOf(fabricId)} has no hypervisor that can take a machine: ${why}. Bring it back and run again.`;
    throw new SiteRecoveryError("SourceUnreachable", message, { target: fabricId });
  }
  const message = said`The site ${nameOf(fabricId)} has no hypervisor to make a machine on: machines go to a vCenter server or a
      Hyper-V host whose inventory is a folder, never to physical servers. Register one.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: fabricId });
}

/** Where a fabric's machines are: which of its inventories holds a machine of a name. */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { Machine } from "../../machines/machine-driver.ts";
import type { EngineParts } from "../engine-parts.ts";
import { fabricTypeOf } from "../components/fabric-type.ts";
import type { FabricType } from "../flows.ts";
import { inventoriesOf, type Inventory } from "./inventories.ts";

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

function reachableInventories(parts: EngineParts, fabricId: string): Inventory[] {
  const inventories = inventoriesOf(parts, fabricId);
  if (inventories.length === 0) {
    const what = missing[fabricTypeOf(parts, fabricId) ?? "HyperVSite"];
    const message = `The site ${nameOf(fabricId)} ${what}, and let the protected items depend on it.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: fabricId });
  }
  const reachable = inventories.filter((inventory) => parts.files.exists(inventory.folder));
  if (reachable.length > 0) return reachable;
  const folders = inventories.map((inventory) => inventory.folder).join(", ");
  const message = `No host of the site ${nameOf(fabricId)} can be reached: ${folders} is gone. Bring it back and run again.`;
  throw new SiteRecoveryError("SourceUnreachable", message, { target: fabricId });
}

/** The machine of a name in any inventory of a fabric; nothing when none has it. Throws `SourceUnreachable`. */
export function findMachine(
  parts: EngineParts,
  fabricId: string,
  machineName: string,
): FoundMachine | undefined {
  for (const inventory of reachableInventories(parts, fabricId)) {
    const folder = parts.machines.folderOf(inventory.folder, machineName);
    if (folder !== undefined) return { inventory, machine: parts.machines.read(folder) };
  }
  return undefined;
}

/** As `findMachine`, and throws `PrerequisitesNotMet` that names the machines there are. */
export function requireMachine(parts: EngineParts, fabricId: string, machineName: string): FoundMachine {
  const found = findMachine(parts, fabricId, machineName);
  if (found) return found;
  const names = inventoriesOf(parts, fabricId)
    .flatMap((inventory) => parts.machines.list(inventory.folder))
    .join(", ");
  const message =
    `No host of the site ${nameOf(fabricId)} has a machine "${machineName}". ` +
    (names === "" ? "Their inventories are empty." : `There are: ${names}.`);
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: machineName });
}

/**
 * The inventory that a machine which has to be made is put into: the first that can be reached, of the container if
 * one is named. Machines are made on hypervisors only: a physical server comes back as a VMware machine (V2F-9).
 */
export function inventoryForNewMachine(
  parts: EngineParts,
  fabricId: string,
  containerName?: string,
): Inventory {
  const fits = reachableInventories(parts, fabricId).find(
    (inventory) =>
      inventory.platform !== "physical" &&
      (containerName === undefined ||
        inventory.containerName === undefined ||
        inventory.containerName === containerName),
  );
  if (fits) return fits;
  const message =
    `The site ${nameOf(fabricId)} has no hypervisor to make a machine on: machines go to a vCenter server or a ` +
    "Hyper-V host, never to physical servers. Register one.";
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: fabricId });
}

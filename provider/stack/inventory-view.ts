/**
 * What the check of a definition sees of its inventories: the folders that are here, an inventory lock, or nothing.
 */
import path from "node:path";
import { localFileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { machineFolders } from "../machines/machine-folders.ts";
import { factsOf } from "../machines/machine-facts.ts";
import { hypervisorUriProblem, isHypervisorUri } from "../hypervisor-uri.ts";
import { isVsphereUri, vsphereUriProblem } from "../vsphere-uri.ts";
import { lockDifferences } from "./inventory-differences.ts";
import { lockName, readLock, type SeenInventory } from "./inventory-lock.ts";
import { realFolder, type Report } from "./real-folder.ts";
import { said } from "../message.ts";

export interface InventoryView {
  /** Whether it is known which machines there are. */
  readonly knowsMachines: boolean;
  /** Whether this is the computer that has the machines, so that every folder must be there. Asked after `see`. */
  isHere(): boolean;
  /** An inventory, as the definition names it; reports why it cannot be looked into. */
  see(inventory: string, report: Report): SeenInventory | undefined;
}

const drivers = machineFolders(localFileSystem);
const what = "it holds the host's machines";

function liveInventory(folder: string, report: Report): SeenInventory | undefined {
  try {
    const names = drivers.list(folder).toSorted();
    return {
      folder,
      names,
      read: (name) => factsOf(drivers.read(path.join(folder, name))),
      folderWithoutMachine: (name) => {
        const inner = path.join(folder, name);
        return localFileSystem.exists(inner) && !drivers.exists(inner) ? inner : undefined;
      },
    };
  } catch (error) {
    if (!(error instanceof SiteRecoveryError)) throw error;
    report(
      "inventory-unreadable",
      `cannot be looked into, and a folder of machines is wanted: ${error.message}`,
    );
    return undefined;
  }
}

/** The folders themselves. `from` is the definition's folder. */
export function liveView(from: string): InventoryView {
  return {
    knowsMachines: true,
    isHere: () => true,
    see: (inventory, report) => {
      const real = realFolder(inventory, from, report, what);
      return real === undefined ? undefined : liveInventory(real, report);
    },
  };
}

/** No machine is looked at; the folders may be missing. */
export function blindView(from: string): InventoryView {
  return {
    knowsMachines: false,
    isHere: () => false,
    see: (inventory, report) => {
      const folder = realFolder(inventory, from, report);
      const read = (name: string): never => {
        throw new SiteRecoveryError("Bug", said`The machine ${name} was not to be looked at.`);
      };
      return folder === undefined ? undefined : { folder, names: [], read };
    },
  };
}

/** An inventory is here if one of its machines can be read with all of its disks: a checkout may have the definitions only. */
function isReadable(seen: SeenInventory): boolean {
  return seen.names.some((name) => {
    try {
      return seen.read(name).disks.length > 0;
    } catch (error) {
      if (error instanceof SiteRecoveryError) return false;
      throw error;
    }
  });
}

/** Inventories that are here as they are, and what differs from the lock; the others as the lock has them. */
export function lockedView(from: string, lockFile: string): InventoryView {
  const lock = readLock(lockFile);
  const byFolder = new Map(lock.inventories.map((inventory) => [inventory.folder, inventory]));
  const shown = path.relative(from, lockFile) || lockName;
  let isHere = true;
  return {
    knowsMachines: true,
    isHere: () => isHere,
    see: (inventory, report) => {
      const folder = realFolder(inventory, from, report);
      if (folder === undefined) return undefined;
      const live = localFileSystem.exists(folder) ? liveInventory(folder, report) : undefined;
      const locked = byFolder.get(inventory);
      if (live !== undefined && isReadable(live)) {
        const differences = lockDifferences(live, locked?.machines ?? []);
        if (differences.length > 0) {
          const listed = differences.slice(0, 10).join("; ");
          const more = differences.length > 10 ? `; and ${differences.length - 10} more` : "";
          report("inventory-drift", `differs from ${shown}: ${listed}${more}`);
        }
        return live;
      }
      if (locked === undefined) {
        const hint = "run `siterecovery inventory` again where the machines are";
        report(
          "folder-missing",
          `there is no machine in ${folder}, and ${shown} has no '${inventory}'; ${hint}`,
        );
        return undefined;
      }
      isHere = false;
      report("inventory-locked", `is not here: its machines are checked as ${shown} has them`);
      const machines = new Map(locked.machines.map(({ folder: name, ...facts }) => [name, facts]));
      return { folder, names: [...machines.keys()], read: (name) => machines.get(name)! };
    },
  };
}

/** No check asks a hypervisor: a definition is checked where there may be none. */
function withHypervisors(view: InventoryView): InventoryView {
  return {
    ...view,
    see: (inventory, report) => {
      if (!isHypervisorUri(inventory)) return view.see(inventory, report);
      const problem = isVsphereUri(inventory)
        ? vsphereUriProblem(inventory)
        : hypervisorUriProblem(inventory);
      if (problem !== undefined) report("inventory-address", `'${inventory}' ${problem}`);
      return undefined;
    },
  };
}

/** `live` and `none`, or the path of an inventory lock; by default the lock beside the definition if there is one. */
export function viewFor(from: string, inventory: string | undefined): InventoryView {
  return withHypervisors(folderView(from, inventory));
}

function folderView(from: string, inventory: string | undefined): InventoryView {
  if (inventory === "none") return blindView(from);
  if (inventory === "live") return liveView(from);
  if (inventory !== undefined) return lockedView(from, path.resolve(inventory));
  const beside = path.join(from, lockName);
  return localFileSystem.exists(beside) ? lockedView(from, beside) : liveView(from);
}

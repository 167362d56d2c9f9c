/** The inventory folders of hosts and servers, and the folders that take replicas: there, and each with one owner. */
import { isHypervisorUri } from "../hypervisor-uri.ts";
import type { Findings } from "./findings.ts";
import type { SeenInventory } from "./inventory-lock.ts";
import type { InventoryView } from "./inventory-view.ts";
import { isOutside, realFolder, type Report } from "./real-folder.ts";
import { serverUsers } from "./server-users.ts";
import { cachesOf, inventoriesOf, storageFoldersOf } from "./site-parts.ts";
import type { StackDefinition } from "./stack-definition.ts";
import type { StackSite } from "./stack-site.ts";

/** An inventory as far as it can be looked into: the machines' folder names, by the name in lower case. */
export interface Inventory {
  /** What people call its owner: `host hv1`. */
  readonly owner: string;
  readonly seen: SeenInventory;
  readonly machines: ReadonlyMap<string, string>;
  readonly isPhysical: boolean;
  readonly hasAgent: boolean;
}

/** By site: the inventories that could be looked into, and whether these are all. */
export type Inventories = ReadonlyMap<
  StackSite,
  { readonly list: Inventory[]; readonly names: readonly string[]; readonly areAll: boolean }
>;

/** A folder that has an owner already, or is in one that has. */
interface Owned {
  readonly owner: string;
  readonly folder: string;
}

/** Master targets and storage classes: folders that are there, with no machines in or around them. */
function checkStorage(
  stack: StackDefinition,
  { folder, isHere }: { folder: string; isHere: boolean },
  taken: Owned[],
  findings: Findings,
): void {
  const isUsed = serverUsers(stack);
  const inAzure = cachesOf(stack.azure.processServers).map((one) => ({
    ...one,
    site: undefined,
    path: ["azure", ...one.path],
  }));
  const inSites = stack.sites.flatMap((site, index) =>
    storageFoldersOf(site).map((one) => ({ ...one, site, path: ["sites", index, ...one.path] })),
  );
  for (const { owner, folder: wanted, path: place, site, server } of [...inAzure, ...inSites]) {
    const isSpare = server !== undefined && !isUsed(site, server);
    const what = isSpare
      ? "no machine uses this process server; make or mount the folder before one does, or remove the server"
      : "it takes replicas; make it, or mount it";
    const report: Report = (rule, message) =>
      findings.add(rule === "folder-missing" && isSpare ? "process-server-folder" : rule, place, message);
    const real = realFolder(wanted, folder, report, isHere ? what : undefined);
    if (real === undefined) continue;
    const other = taken.find((one) => !isOutside(one.folder, real) || !isOutside(real, one.folder));
    if (other)
      findings.add(
        "folders-overlap",
        place,
        `overlaps with the folder of the ${other.owner}; each has its own folder`,
      );
    else taken.push({ owner, folder: real });
  }
}

/** Checks and lists each inventory once, so that a definition of thousands of machines is checked in a moment. */
export function checkInventories(
  stack: StackDefinition,
  folder: string,
  view: InventoryView,
  findings: Findings,
): Inventories {
  const inventories = new Map<StackSite, { list: Inventory[]; names: string[]; areAll: boolean }>();
  const taken: Owned[] = [];
  // No folders, so that nothing is in them.
  const hypervisors: Owned[] = [];
  for (const [index, site] of stack.sites.entries()) {
    const wanted = inventoriesOf(site);
    const list: Inventory[] = [];
    for (const { owner, folder: inventory, path: inSite, isPhysical = false, hasAgent = true } of wanted) {
      const report: Report = (rule, message) => findings.add(rule, ["sites", index, ...inSite], message);
      const seen = view.see(inventory, report);
      const isHypervisor = isHypervisorUri(inventory);
      if (seen === undefined && !isHypervisor) continue;
      const place = seen?.folder ?? inventory;
      const other = [...taken, ...hypervisors].find((one) => one.folder === place);
      if (other !== undefined && other.owner !== owner) {
        report(
          "inventory-shared",
          `is the inventory of the ${other.owner} already; each host has its own folder`,
        );
        continue;
      }
      if (seen === undefined) {
        hypervisors.push({ owner, folder: place });
        continue;
      }
      taken.push({ owner, folder: seen.folder });
      const machines = new Map(seen.names.map((name) => [name.toLowerCase(), name]));
      list.push({ owner, seen, machines, isPhysical, hasAgent });
    }
    const names = list.flatMap(({ machines }) => [...machines.values()]);
    inventories.set(site, { list, names, areAll: view.knowsMachines && list.length === wanted.length });
  }
  checkStorage(stack, { folder, isHere: view.isHere() }, taken, findings);
  return inventories;
}

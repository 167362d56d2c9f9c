/**
 * The inventory folders of hosts and servers, and the folders that take replicas. A relative path counts from the definition's folder and stays inside it, links
 * followed, so that a definition from somebody else cannot reach what lies around it. What lies elsewhere is
 * named by an absolute path, which nobody writes by accident.
 */
import path from "node:path";
import { localFileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { MachineDriver } from "../machines/machine-driver.ts";
import type { RuleId } from "../rules/registry.ts";
import type { Findings } from "./findings.ts";
import { serverUsers } from "./server-users.ts";
import { cachesOf, inventoriesOf, storageFoldersOf } from "./site-parts.ts";
import type { StackDefinition } from "./stack-definition.ts";
import type { StackSite } from "./stack-site.ts";

/** An inventory as far as it can be looked into: the machines' folder names, by the name in lower case. */
export interface Inventory {
  /** What people call its owner: `host hv1`. */
  readonly owner: string;
  readonly folder: string;
  readonly machines: ReadonlyMap<string, string>;
  readonly isPhysical: boolean;
}

/** By site: the inventories that could be looked into, and whether these are all. */
export type Inventories = ReadonlyMap<
  StackSite,
  { readonly list: Inventory[]; readonly names: readonly string[]; readonly areAll: boolean }
>;

/** Whether a path is none of a folder's inner ones. */
export function isOutside(folder: string, inner: string): boolean {
  const relative = path.relative(folder, inner);
  return relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
}

const leadsOut =
  "leads out of the definition's folder; move the folder there, or write its absolute path if it is meant";

type Report = (rule: RuleId, message: string) => void;

/** The folder's real path, once it is one that may be looked into. */
export function realFolder(
  inventory: string,
  folder: string,
  what: string,
  report: Report,
): string | undefined {
  const resolved = path.resolve(folder, inventory);
  const mayBeOutside = path.isAbsolute(inventory);
  if (!mayBeOutside && isOutside(folder, resolved)) {
    report("folder-leads-out", `'${inventory}' ${leadsOut}`);
  } else if (!localFileSystem.exists(resolved)) {
    report("folder-missing", `there is no folder ${resolved}; ${what}`);
  } else {
    const real = localFileSystem.realPath(resolved);
    if (mayBeOutside || !isOutside(localFileSystem.realPath(folder), real)) return real;
    report("folder-leads-out", `'${inventory}' is a link that ${leadsOut}`);
  }
  return undefined;
}

/** A folder that has an owner already, or lies in one that has. */
interface Owned {
  readonly owner: string;
  readonly folder: string;
}

/** Master targets and storage classes: folders that are there, with no machines in or around them. */
function checkStorage(stack: StackDefinition, folder: string, taken: Owned[], findings: Findings): void {
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
    const real = realFolder(wanted, folder, what, (rule, message) =>
      findings.add(rule === "folder-missing" && isSpare ? "process-server-folder" : rule, place, message),
    );
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

/** The machines of an inventory; nothing when it cannot be looked into, which is told. */
function listMachines(
  folder: string,
  drivers: MachineDriver,
  report: Report,
): Map<string, string> | undefined {
  try {
    return new Map(drivers.list(folder).map((name) => [name.toLowerCase(), name]));
  } catch (error) {
    if (!(error instanceof SiteRecoveryError)) throw error;
    report(
      "inventory-unreadable",
      `cannot be looked into, and a folder of machines is wanted: ${error.message}`,
    );
    return undefined;
  }
}

/** Checks and lists each inventory once, so that a definition of thousands of machines is checked in a moment. */
export function checkInventories(
  stack: StackDefinition,
  folder: string,
  drivers: MachineDriver,
  findings: Findings,
): Inventories {
  const inventories = new Map<StackSite, { list: Inventory[]; names: string[]; areAll: boolean }>();
  const taken: Owned[] = [];
  for (const [index, site] of stack.sites.entries()) {
    const wanted = inventoriesOf(site);
    const list: Inventory[] = [];
    for (const { owner, folder: inventory, path: inSite, isPhysical = false } of wanted) {
      const report: Report = (rule, message) => findings.add(rule, ["sites", index, ...inSite], message);
      const real = realFolder(inventory, folder, "it holds the host's machines", report);
      if (real === undefined) continue;
      const other = taken.find((one) => one.folder === real);
      if (other !== undefined && other.owner !== owner) {
        report(
          "inventory-shared",
          `is the inventory of the ${other.owner} already; each host has its own folder`,
        );
        continue;
      }
      taken.push({ owner, folder: real });
      const machines = listMachines(real, drivers, report);
      if (machines) list.push({ owner, folder: real, machines, isPhysical });
    }
    const names = list.flatMap(({ machines }) => [...machines.values()]);
    inventories.set(site, { list, names, areAll: list.length === wanted.length });
  }
  checkStorage(stack, folder, taken, findings);
  return inventories;
}

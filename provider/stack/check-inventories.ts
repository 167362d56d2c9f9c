/**
 * The hosts' inventory folders. A relative path counts from the definition's folder and stays inside it, links
 * followed, so that a definition from somebody else cannot reach what lies around it. What lies elsewhere is
 * named by an absolute path, which nobody writes by accident.
 */
import path from "node:path";
import { localFileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { MachineDriver } from "../machines/machine-driver.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import type { Findings } from "./findings.ts";
import type { StackDefinition } from "./stack-definition.ts";

/** A host's inventory as far as it can be looked into: the machines' folder names, by the name in lower case. */
export interface Inventory {
  readonly host: string;
  readonly folder: string;
  readonly machines: ReadonlyMap<string, string>;
}

/** By the host's name. */
export type Inventories = ReadonlyMap<string, Inventory>;

function isOutside(folder: string, inner: string): boolean {
  const relative = path.relative(folder, inner);
  return relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
}

const leadsOut =
  "leads out of the definition's folder; move the folder there, or write its absolute path if it is meant";

/** The folder's real path, once it is one that may be looked into. */
function realFolder(
  inventory: string,
  folder: string,
  report: (message: string) => void,
): string | undefined {
  const resolved = path.resolve(folder, inventory);
  const mayBeOutside = path.isAbsolute(inventory);
  if (!mayBeOutside && isOutside(folder, resolved)) {
    report(`'${inventory}' ${leadsOut}`);
  } else if (!localFileSystem.exists(resolved)) {
    report(`there is no folder ${resolved}; it holds the host's machines`);
  } else {
    const real = localFileSystem.realPath(resolved);
    if (mayBeOutside || !isOutside(localFileSystem.realPath(folder), real)) return real;
    report(`'${inventory}' is a link that ${leadsOut}`);
  }
  return undefined;
}

/** Checks and lists each inventory once, so that a definition of thousands of machines is checked in a moment. */
export function checkInventories(
  stack: StackDefinition,
  folder: string,
  drivers: MachineDriver,
  findings: Findings,
): Inventories {
  const inventories = new Map<string, Inventory>();
  const hostOf = new Map<string, string>();
  for (const [siteIndex, site] of stack.sites.entries()) {
    for (const [index, host] of site.hosts.entries()) {
      const place: YamlPath = ["sites", siteIndex, "hosts", index, "inventory"];
      const real = realFolder(host.inventory, folder, (message) => findings.add(place, message));
      if (real === undefined) continue;
      const other = hostOf.get(real);
      if (other !== undefined && other !== host.name) {
        findings.add(place, `is the inventory of the host ${other} already; each host has its own folder`);
        continue;
      }
      hostOf.set(real, host.name);
      try {
        const machines = new Map(drivers.list(real).map((name) => [name.toLowerCase(), name]));
        inventories.set(host.name, { host: host.name, folder: real, machines });
      } catch (error) {
        if (!(error instanceof SiteRecoveryError)) throw error;
        findings.add(place, `cannot be looked into, and a folder of machines is wanted: ${error.message}`);
      }
    }
  }
  return inventories;
}

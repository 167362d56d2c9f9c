/** The machines themselves: their host's inventory, machine.yaml, disks, support matrix (C-8), network (C-7). */
import path from "node:path";
import { SiteRecoveryError } from "../errors.ts";
import { checkMachine } from "../machines/check-machine.ts";
import type { Machine, MachineDriver } from "../machines/machine-driver.ts";
import { DefinitionError } from "../yaml/definition-error.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import { nearestWord } from "../schemas/nearest.ts";
import type { Findings } from "./findings.ts";
import type { StackDefinition, StackMachine, StackSite } from "./stack-definition.ts";

/** The site of a machine or plan: the one it names, or the only one. */
export function siteOf(stack: StackDefinition, name: string | undefined): StackSite | undefined {
  return name === undefined && stack.sites.length === 1
    ? stack.sites[0]
    : stack.sites.find((site) => site.name === name);
}

function readMachine(
  drivers: MachineDriver,
  place: { folder: string; path: YamlPath },
  findings: Findings,
): Machine | undefined {
  try {
    return drivers.read(place.folder);
  } catch (error) {
    // What is wrong with a machine.yaml is told where it stands, in that file.
    if (error instanceof DefinitionError) findings.list.push(...error.findings);
    else if (error instanceof SiteRecoveryError) findings.add(place.path, error.message);
    else throw error;
    return undefined;
  }
}

function checkFound(
  stack: StackDefinition,
  found: { wanted: StackMachine; machine: Machine; site: StackSite; path: YamlPath },
  findings: Findings,
): void {
  const { wanted, machine, site } = found;
  for (const reason of checkMachine(machine))
    findings.add([...found.path, "name"], `cannot be protected: ${reason}`);
  const ids = machine.disks.map((disk) => disk.id);
  for (const [index, id] of (wanted.disks ?? []).entries()) {
    findings.requireName([...found.path, "disks", index], id, `disk of ${machine.name}`, ids);
  }
  if (wanted.network !== undefined || stack.azure.networks.length === 0) return;
  for (const { network } of machine.nics) {
    if ((site.networkMappings ?? []).some((mapping) => mapping.from === network)) continue;
    const message =
      `cannot be protected: its network '${network}' is mapped to no virtual network; add a network mapping to ` +
      `the site ${site.name}, or set network`;
    findings.add([...found.path, "name"], message);
  }
}

interface Inventories {
  readonly drivers: MachineDriver;
  namesIn(inventory: string): readonly string[];
  folderOf(inventory: string, machineName: string): string | undefined;
}

/** Lists each inventory once, so that a definition of thousands of machines is checked in a moment. */
function listOnce(drivers: MachineDriver): Inventories {
  const listed = new Map<string, readonly string[]>();
  const namesIn = (inventory: string): readonly string[] => {
    const names = listed.get(inventory) ?? drivers.list(inventory);
    listed.set(inventory, names);
    return names;
  };
  const folders = new Map<string, ReadonlyMap<string, string>>();
  return {
    drivers,
    namesIn,
    folderOf: (inventory, machineName) => {
      let byName = folders.get(inventory);
      if (!byName) {
        byName = new Map(namesIn(inventory).map((name) => [name.toLowerCase(), name]));
        folders.set(inventory, byName);
      }
      const name = byName.get(machineName.toLowerCase());
      return name === undefined ? undefined : path.join(inventory, name);
    },
  };
}

function checkOne(
  stack: StackDefinition,
  wanted: StackMachine,
  context: Inventories & { path: YamlPath; folder: string },
  findings: Findings,
): void {
  const site = siteOf(stack, wanted.site);
  if (!site) return;
  const inventories = site.hosts.map((host) => path.resolve(context.folder, host.inventory));
  for (const inventory of inventories) {
    const folder = context.folderOf(inventory, wanted.name);
    if (folder === undefined) continue;
    const machine = readMachine(context.drivers, { folder, path: [...context.path, "name"] }, findings);
    if (machine) checkFound(stack, { wanted, machine, site, path: context.path }, findings);
    return;
  }
  const names = inventories.flatMap((inventory) => context.namesIn(inventory));
  // A machine that is declared to run at the recovery side may be gone from the primary one.
  if (wanted.activeLocation === "recovery") return;
  const near = nearestWord(wanted.name, names);
  const hint = near === undefined ? `there are ${names.join(", ") || "none"}` : `did you mean '${near}'?`;
  findings.add(
    [...context.path, "name"],
    `no host of the site ${site.name} has a machine '${wanted.name}'; ${hint}`,
  );
}

function checkInventories(
  stack: StackDefinition,
  folder: string,
  exists: (file: string) => boolean,
  findings: Findings,
): void {
  for (const [siteIndex, site] of stack.sites.entries()) {
    for (const [index, host] of site.hosts.entries()) {
      const inventory = path.resolve(folder, host.inventory);
      if (exists(inventory)) continue;
      const message = `there is no folder ${inventory}; it holds the host's machines`;
      findings.add(["sites", siteIndex, "hosts", index, "inventory"], message);
    }
  }
}

export function checkMachines(
  stack: StackDefinition,
  folder: string,
  surroundings: { drivers: MachineDriver; exists: (file: string) => boolean },
  findings: Findings,
): void {
  checkInventories(stack, folder, surroundings.exists, findings);
  const inventories = listOnce(surroundings.drivers);
  for (const [index, machine] of (stack.machines ?? []).entries()) {
    checkOne(stack, machine, { ...inventories, path: ["machines", index], folder }, findings);
  }
}

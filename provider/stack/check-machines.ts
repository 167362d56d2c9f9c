/** The machines themselves: their host's inventory, machine.yaml, disks, support matrix (C-8), network (C-7). */
import path from "node:path";
import { SiteRecoveryError } from "../errors.ts";
import { machineProblems } from "../machines/check-machine.ts";
import type { ActiveLocation } from "../kinds/protected-item.ts";
import type { MachineFacts } from "../machines/machine-facts.ts";
import { DefinitionError } from "../yaml/definition-error.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import { checkInventories, type Inventories, type Inventory } from "./check-inventories.ts";
import { checkMachineAdvice } from "./check-machine-advice.ts";
import { checkMigratedMachine, migratedMachine } from "./check-migrations.ts";
import type { Findings } from "./findings.ts";
import type { SeenInventory } from "./inventory-lock.ts";
import type { InventoryView } from "./inventory-view.ts";
import { moverOf } from "./mover-of.ts";
import { siteOf, targetSiteOf } from "./site-of.ts";
import { kindOf } from "./site-parts.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";
import type { StackSite } from "./stack-site.ts";

interface FoundMachine {
  readonly wanted: StackMachine;
  readonly machine: MachineFacts;
  /** The machine's folder. */
  readonly folder: string;
  readonly holder: Inventory;
  readonly site: StackSite;
  readonly at: YamlPath;
}

function readMachine(
  inventory: SeenInventory,
  place: { name: string; path: YamlPath; side: ActiveLocation | undefined },
  findings: Findings,
): MachineFacts | undefined {
  try {
    return inventory.read(place.name);
  } catch (error) {
    // Errors of a machine.yaml are reported in that file.
    if (error instanceof DefinitionError) findings.takeOver(error);
    else if (error instanceof SiteRecoveryError) {
      // One that is moved by its definition may have lost its disks at the primary side: a failback makes them again.
      findings.add(
        place.side === undefined ? "machine-unreadable" : "machine-away",
        place.path,
        error.message,
      );
    } else throw error;
    return undefined;
  }
}

function checkDisks(wanted: StackMachine, machine: MachineFacts, at: YamlPath, findings: Findings): void {
  if (wanted.disks === undefined) return;
  const ids = machine.disks.map((disk) => disk.id);
  for (const [index, id] of wanted.disks.entries()) {
    findings.requireName("unknown-disk", [...at, "disks", index], id, `disk of ${machine.name}`, ids);
  }
  const left = machine.disks.find(({ id, role }) => role === "os" && !wanted.disks!.includes(id));
  if (left === undefined) return;
  findings.add(
    "machine-os-disk-left-out",
    [...at, "disks"],
    `leaves out '${left.id}', which the machine boots from; add it to the list`,
  );
}

/** Machines of a VMware site join the network of the same name at a second site; all others need a mapping. */
function checkNetwork(
  stack: StackDefinition,
  found: { wanted: StackMachine; machine: MachineFacts; site: StackSite; at: YamlPath },
  findings: Findings,
): void {
  const { wanted, machine, site, at } = found;
  const target = targetSiteOf(stack, wanted);
  if (wanted.network !== undefined) return;
  if (target !== undefined && kindOf(site) === "vmware") return;
  const mappings = (site.networkMappings ?? []).filter((mapping) => mapping.site === target);
  const where = target === undefined ? "virtual network" : `network of ${target}`;
  for (const network of new Set(machine.nics.map((nic) => nic.network))) {
    if (mappings.some((mapping) => mapping.from === network)) continue;
    const message =
      `cannot be protected: its network '${network}' is mapped to no ${where}; add a network mapping to ` +
      `the site ${site.name}${target === undefined ? ", or set network" : ""}`;
    findings.add("machine-network-unmapped", [...at, "name"], message);
  }
}

/** Only VMM servers classify storage; on other sites the word in machine.yaml says nothing. */
function checkStorage(
  { machine, site, at }: { machine: MachineFacts; site: StackSite; at: YamlPath },
  findings: Findings,
): void {
  if (machine.storageClassification === undefined || kindOf(site) !== "vmm") return;
  const names = (site.storageClassifications ?? []).map(({ name }) => name);
  const known = names.some((name) => name.toLowerCase() === machine.storageClassification!.toLowerCase());
  if (known) return;
  const message =
    `has its disks on storage of the class '${machine.storageClassification}' by its machine.yaml, and the site ` +
    `${site.name} has none of that name; ${findings.hint(machine.storageClassification, names)}`;
  findings.add("unknown-storage-classification", [...at, "name"], message);
}

/** Replication needs an agent in the machine (VMware, physical servers), or on its host (clouds of a VMM server). */
function checkAgent({ wanted, machine, folder, holder, site, at }: FoundMachine, findings: Findings): void {
  if (kindOf(site) === "vmware" && machine.mobilityService === undefined && wanted.account === undefined) {
    const file = path.join(folder, "machine.yaml");
    const message = `has no Mobility service; set account, which pushes it, or install it and write mobilityService in ${file}`;
    findings.add("machine-without-agent", [...at, "name"], message);
  }
  if (kindOf(site) !== "vmm" || holder.hasAgent) return;
  const message = `is on the ${holder.owner}, which has no Recovery Services agent; install it and remove agent: false`;
  findings.add("machine-without-agent", [...at, "name"], message);
}

function checkFound(stack: StackDefinition, found: FoundMachine, findings: Findings): void {
  const { wanted, machine, at } = found;
  const name: YamlPath = [...at, "name"];
  if (machine.name.toLowerCase() !== wanted.name.toLowerCase()) {
    const file = path.join(found.folder, "machine.yaml");
    findings.add(
      "machine-name-mismatch",
      name,
      `is called '${machine.name}' in ${file}; give the folder and the machine one name`,
    );
  }
  for (const { rule, reason } of machineProblems(machine))
    findings.add(rule, name, `cannot be protected: ${reason}`);
  checkDisks(wanted, machine, at, findings);
  checkNetwork(stack, found, findings);
  checkStorage(found, findings);
  if (at[0] === "machines") checkAgent(found, findings);
  checkMachineAdvice(stack, found, findings);
}

function tellMissing(
  wanted: StackMachine,
  site: StackSite,
  place: {
    at: YamlPath;
    names: readonly string[];
    side: ActiveLocation | undefined;
    inventories: readonly Inventory[];
  },
  findings: Findings,
): void {
  const { side } = place;
  if (place.inventories.length === 0) {
    const message = `the site ${site.name} has nothing that could have a machine '${wanted.name}'; name a host, a vCenter server or the folder of physical servers`;
    findings.add("machine-not-found", [...place.at, "name"], message);
    return;
  }
  // A machine that is declared to run at the recovery side may be gone from the primary one.
  if (side === "recovery") return;
  const bare = place.inventories.flatMap(({ seen }) => seen.folderWithoutMachine?.(wanted.name) ?? []);
  if (side === undefined && bare[0] !== undefined) {
    const init = `siterecovery init ${path.dirname(bare[0])}`;
    const message = `the folder ${bare[0]} has no machine.yaml; write one, or have \`${init}\` write it from the disk images`;
    findings.add("machine-not-found", [...place.at, "name"], message);
    return;
  }
  const missing = `no host of the site ${site.name} has a machine '${wanted.name}'`;
  const hint = findings.hint(wanted.name, place.names);
  if (side === "primary") {
    const message = `${missing}; a failback makes it again if it runs at the recovery side, else ${hint}`;
    findings.add("machine-away", [...place.at, "name"], message);
    return;
  }
  const message = `${missing}; ${hint}. If it was failed over and its source is lost, write activeLocation: recovery`;
  findings.add("machine-not-found", [...place.at, "name"], message);
}

function checkOne(
  stack: StackDefinition,
  wanted: StackMachine,
  context: { inventories: Inventories; at: YamlPath },
  findings: Findings,
): void {
  const { at } = context;
  const site = siteOf(stack, wanted.site);
  if (!site) return;
  const { list: inventories, areAll, names } = context.inventories.get(site)!;
  const having = inventories.filter(({ machines }) => machines.has(wanted.name.toLowerCase()));
  // A server that failed back is a VMware machine (V2F-9), beside the physical one that it was.
  const virtual = having.filter(({ isPhysical }) => !isPhysical);
  const holders = virtual.length > 0 ? virtual : having;
  const [holder] = holders;
  // An unreadable inventory is reported already, and may have the machine.
  if (!holder && !areAll) return;
  const side = moverOf(stack, wanted.name)?.activeLocation ?? wanted.activeLocation;
  if (!holder) return tellMissing(wanted, site, { at, names, side, inventories }, findings);
  if (holders.length > 1) {
    const hosts = holders.map(({ owner }) => owner.replace(/^host /, "")).join(" and ");
    findings.add(
      "machine-on-two-hosts",
      [...at, "name"],
      `is on ${hosts}; leave it on the host that it runs on`,
    );
  }
  const name = holder.machines.get(wanted.name.toLowerCase())!;
  const machine = readMachine(holder.seen, { name, path: [...at, "name"], side }, findings);
  if (!machine) return;
  const folder = path.join(holder.seen.folder, name);
  checkFound(stack, { wanted, machine, folder, holder, site, at }, findings);
  if (at[0] !== "migrations") return;
  checkMigratedMachine({ wanted, machine, isPhysical: holder.isPhysical, at }, findings);
}

export function checkMachines(
  stack: StackDefinition,
  folder: string,
  view: InventoryView,
  findings: Findings,
): void {
  const inventories = checkInventories(stack, folder, view, findings);
  const seen = new Set<string>();
  const lists = { machines: stack.machines ?? [], migrations: (stack.migrations ?? []).map(migratedMachine) };
  for (const [list, machines] of Object.entries(lists))
    for (const [index, machine] of machines.entries()) {
      // A duplicate name is reported already; its machine is checked once.
      if (seen.has(machine.name.toLowerCase())) continue;
      seen.add(machine.name.toLowerCase());
      checkOne(stack, machine, { inventories, at: [list, index] }, findings);
    }
}

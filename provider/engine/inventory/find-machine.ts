/** Where a fabric's machines are: the hosts registered in it, and the folders of machines that they hold. */
import { nameOf, parentOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { ServicesProviderInputs } from "../../kinds/services-provider.ts";
import type { Machine } from "../../machines/machine-driver.ts";
import { listThings, type Thing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";

export type Host = Thing<ServicesProviderInputs>;

export interface FoundMachine {
  readonly host: Host;
  readonly machine: Machine;
}

/** The fabric that a protected item, a container or a host belongs to. */
export function fabricOf(id: string): string {
  let current = id;
  while (!/\/replicationFabrics\/[^/]+$/i.test(current)) {
    const parent = parentOf(current);
    if (parent === current) return id;
    current = parent;
  }
  return current;
}

export function hostsOf(parts: EngineParts, fabricId: string): Host[] {
  return listThings<ServicesProviderInputs>(parts.store, { kind: "services-provider", under: fabricId });
}

function reachableHosts(parts: EngineParts, fabricId: string): Host[] {
  const hosts = hostsOf(parts, fabricId);
  if (hosts.length === 0) {
    const message =
      `The site ${nameOf(fabricId)} has no host registered (provider and agent). ` +
      "Declare a ReplicationRecoveryServicesProvider for each host, and let the protected items depend on it.";
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: fabricId });
  }
  const reachable = hosts.filter((host) => parts.files.exists(host.inputs.inventoryFolder ?? ""));
  if (reachable.length > 0) return reachable;
  const folders = hosts.map((host) => host.inputs.inventoryFolder).join(", ");
  const message = `No host of the site ${nameOf(fabricId)} can be reached: ${folders} is gone. Bring it back and run again.`;
  throw new SiteRecoveryError("SourceUnreachable", message, { target: fabricId });
}

/** The machine of a name on any host of a fabric; nothing when no host has it. Throws `SourceUnreachable`. */
export function findMachine(
  parts: EngineParts,
  fabricId: string,
  machineName: string,
): FoundMachine | undefined {
  for (const host of reachableHosts(parts, fabricId)) {
    const folder = parts.machines.folderOf(host.inputs.inventoryFolder!, machineName);
    if (folder !== undefined) return { host, machine: parts.machines.read(folder) };
  }
  return undefined;
}

/** As `findMachine`, and throws `PrerequisitesNotMet` that names the machines there are. */
export function requireMachine(parts: EngineParts, fabricId: string, machineName: string): FoundMachine {
  const found = findMachine(parts, fabricId, machineName);
  if (found) return found;
  const names = hostsOf(parts, fabricId)
    .flatMap((host) => parts.machines.list(host.inputs.inventoryFolder ?? ""))
    .join(", ");
  const message =
    `No host of the site ${nameOf(fabricId)} has a machine "${machineName}". ` +
    (names === "" ? "Their inventories are empty." : `There are: ${names}.`);
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: machineName });
}

/** The first host that can be reached, for a machine that has to be made again. */
export function hostForNewMachine(parts: EngineParts, fabricId: string): Host {
  return reachableHosts(parts, fabricId)[0]!;
}

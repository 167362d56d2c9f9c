/**
 * Machines that libvirt runs, beside those in folders: a place is of either kind by its text. Domains are sources of
 * replication. The engine makes none, and writes to no disk of one.
 */
import type { Clock } from "../../clock.ts";
import { hasCode, isExpected, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { isHypervisorUri } from "../../hypervisor-uri.ts";
import type { Machines } from "../../ports/machines.ts";
import { machinesByPlace, type MachinesAtPlaces } from "../machines-by-place.ts";
import { readDomainMark, writeDomainMark } from "./domain-mark.ts";
import { domainAt, domainOf, type DomainPlace } from "./domain-place.ts";
import { isOff, shutDownDomain, startDomain } from "./domain-power.ts";
import { readMachine } from "./read-domain.ts";
import { virsh } from "./virsh.ts";

/** How long a guest may take after each way of asking it to shut down. */
const askedMsDefault = 120_000;

export interface PowerParts {
  readonly clock: Clock;
  readonly askedMs?: number;
}

/** A hypervisor that does not say within this time that it lives is counted as silent. */
const reachSeconds = 30;

interface Listed {
  readonly uuid: string;
  readonly name: string;
}

async function listDomains(clock: Clock, uri: string): Promise<Listed[]> {
  const text = await virsh(clock, uri, ["list", "--all", "--persistent", "--uuid", "--name"]);
  return text.split("\n").flatMap((line) => {
    const [, uuid, name] = /^\s*([0-9a-f-]{36})\s+(.+?)\s*$/.exec(line) ?? [];
    return uuid === undefined || name === undefined ? [] : [{ uuid, name }];
  });
}

/** What nothing may be written into. */
function requireNotWritten({ place }: DomainPlace, what: string): never {
  const message = said`${what} ${place} is not done: the engine writes to no disk of a libvirt domain. Make the machine on a host whose
    inventory is a folder: remove the domain, then name that host with --to-host. docs/libvirt-machines.md says how its disks come back.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: place, property: "disks" });
}

/** `folders` is the driver of the machines in folders. */
export function libvirtMachines(
  folders: Machines,
  { clock, askedMs = askedMsDefault }: PowerParts,
): Machines {
  /** The domain at a place of libvirt's. */
  const domain = (place: string): DomainPlace => {
    const found = domainOf(place);
    if (found !== undefined) return found;
    const message = said`${place} names no domain. Write the address of its hypervisor and its UUID: qemu:///system#<uuid>.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: place });
  };
  const domains: MachinesAtPlaces = {
    holdsFiles: () => false,
    isReachable: async (inventory) => {
      try {
        await virsh(clock, inventory, ["version"], { timeoutSeconds: reachSeconds });
        return true;
      } catch (error) {
        // Without virsh, or with a wrong address, nothing is known of its machines either.
        if (isExpected(error)) return false;
        throw error;
      }
    },
    // Only a program that has the image while its domain is off could write past the bitmaps, and QEMU's own keep them.
    tracksEveryWrite: () => Promise.resolve(true),
    list: async (inventory) => (await listDomains(clock, inventory)).map(({ name }) => name).toSorted(),
    placeOf: async (inventory, name) => {
      const listed = await listDomains(clock, inventory);
      const isNamed = (one: Listed): boolean => one.name.toLowerCase() === name.toLowerCase();
      const found = listed.find((one) => one.name === name) ?? listed.find(isNamed);
      return found && domainAt(inventory, found.uuid).place;
    },
    nameAt: async (place) => {
      const { uri, uuid } = domain(place);
      return virsh(clock, uri, ["domname", uuid]);
    },
    read: async (place) => readMachine(clock, domain(place)),
    exists: async (place) => {
      const { uri, uuid } = domain(place);
      try {
        await virsh(clock, uri, ["domname", uuid]);
        return true;
      } catch (error) {
        if (hasCode(error, "NotFound")) return false;
        throw error;
      }
    },
    requireOwnImages: async (place) => requireNotWritten(domain(place), "A move to"),
    markOf: async (place) => {
      try {
        return await readDomainMark(clock, domain(place));
      } catch (error) {
        if (hasCode(error, "NotFound")) return undefined;
        throw error;
      }
    },
    setMark: async (place, mark) => writeDomainMark(clock, domain(place), mark),
    powerState: async (place) => ((await isOff(clock, domain(place))) ? "off" : "running"),
    start: async (place) => startDomain(clock, domain(place)),
    whenReady: () => Promise.resolve(undefined),
    shutDown: async (place) => shutDownDomain(clock, domain(place), askedMs),
    define: async (place) => requireNotWritten(domain(place), "Defining"),
    installMobilityService: (place) => {
      const message = said`The Mobility service cannot be put into the domain ${place}. Protect it from a Hyper-V site, which needs none.`;
      return Promise.reject(new SiteRecoveryError("PrerequisitesNotMet", message, { target: place }));
    },
    withdraw: () => Promise.resolve(),
    foreignFiles: () => Promise.resolve([]),
    remove: async (place) => requireNotWritten(domain(place), "Removing"),
  };
  return machinesByPlace(isHypervisorUri, domains, folders);
}

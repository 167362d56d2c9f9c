/**
 * Machines that libvirt runs, beside those in folders: a place is of either kind by its text. Domains are sources of
 * replication. The engine makes none, and writes to no disk of one.
 */
import type { Clock } from "../../clock.ts";
import { hasCode, isExpected, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { isHypervisorUri } from "../../hypervisor-uri.ts";
import type { Machines } from "../../ports/machines.ts";
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
  const isInFolder = (place: string): boolean => !isHypervisorUri(place);
  /** The domain at a place of libvirt's. */
  const domain = (place: string): DomainPlace => {
    const found = domainOf(place);
    if (found !== undefined) return found;
    const message = said`${place} names no domain. Write the address of its hypervisor and its UUID: qemu:///system#<uuid>.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: place });
  };

  return {
    ...folders,
    holdsFiles: (place) => isInFolder(place) && folders.holdsFiles(place),
    isReachable: async (inventory) => {
      if (isInFolder(inventory)) return folders.isReachable(inventory);
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
    tracksEveryWrite: async (place) => (isInFolder(place) ? folders.tracksEveryWrite(place) : true),
    list: async (inventory) => {
      if (isInFolder(inventory)) return folders.list(inventory);
      return (await listDomains(clock, inventory)).map(({ name }) => name).toSorted();
    },
    placeOf: async (inventory, name) => {
      if (isInFolder(inventory)) return folders.placeOf(inventory, name);
      const domains = await listDomains(clock, inventory);
      const isNamed = (one: Listed): boolean => one.name.toLowerCase() === name.toLowerCase();
      const found = domains.find((one) => one.name === name) ?? domains.find(isNamed);
      return found && domainAt(inventory, found.uuid).place;
    },
    nameAt: async (place) => {
      if (isInFolder(place)) return folders.nameAt(place);
      const { uri, uuid } = domain(place);
      return virsh(clock, uri, ["domname", uuid]);
    },
    read: async (place) => (isInFolder(place) ? folders.read(place) : readMachine(clock, domain(place))),
    exists: async (place) => {
      if (isInFolder(place)) return folders.exists(place);
      const { uri, uuid } = domain(place);
      try {
        await virsh(clock, uri, ["domname", uuid]);
        return true;
      } catch (error) {
        if (hasCode(error, "NotFound")) return false;
        throw error;
      }
    },
    requireOwnImages: async (place, disks) =>
      isInFolder(place)
        ? folders.requireOwnImages(place, disks)
        : requireNotWritten(domain(place), "A move to"),
    markOf: async (place) => {
      if (isInFolder(place)) return folders.markOf(place);
      try {
        return await readDomainMark(clock, domain(place));
      } catch (error) {
        if (hasCode(error, "NotFound")) return undefined;
        throw error;
      }
    },
    setMark: async (place, mark) =>
      isInFolder(place) ? folders.setMark(place, mark) : writeDomainMark(clock, domain(place), mark),
    powerState: async (place) => {
      if (isInFolder(place)) return folders.powerState(place);
      return (await isOff(clock, domain(place))) ? "off" : "running";
    },
    start: async (place) => (isInFolder(place) ? folders.start(place) : startDomain(clock, domain(place))),
    whenReady: async (place, options) => (isInFolder(place) ? folders.whenReady(place, options) : undefined),
    shutDown: async (place) =>
      isInFolder(place) ? folders.shutDown(place) : shutDownDomain(clock, domain(place), askedMs),
    define: async (place, definition) =>
      isInFolder(place) ? folders.define(place, definition) : requireNotWritten(domain(place), "Defining"),
    installMobilityService: async (place) => {
      if (isInFolder(place)) return folders.installMobilityService(place);
      const message = said`The Mobility service cannot be put into the domain ${place}. Protect it from a Hyper-V site, which needs none.`;
      throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: place });
    },
    withdraw: async (place) => {
      if (isInFolder(place)) await folders.withdraw(place);
    },
    remove: async (place) =>
      isInFolder(place) ? folders.remove(place) : requireNotWritten(domain(place), "Removing"),
  };
}

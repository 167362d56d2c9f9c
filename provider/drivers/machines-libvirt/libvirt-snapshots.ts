/** Snapshots of machines that libvirt runs, beside those of machines in folders. */
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { Snapshots } from "../../ports/snapshots.ts";
import { domainOf, type DomainPlace } from "./domain-place.ts";
import type { LibvirtParts } from "./libvirt-parts.ts";
import { readDomain } from "./read-domain.ts";
import { stateOfDomain } from "./state-of-domain.ts";
import { takeOfDomain } from "./take-of-domain.ts";
import { requireReadableHere } from "./tracked-disks.ts";

function requireNotWritten({ place }: DomainPlace): never {
  const message = said`The disks of ${place} are not written: the engine writes to no disk of a libvirt domain.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: place });
}

/** `others` takes the snapshots of the machines in folders. */
export function libvirtSnapshots(others: Snapshots, parts: LibvirtParts): Snapshots {
  return {
    take: async (machines, writer) => {
      const places = machines.map(([disk]) => disk && domainOf(disk.machine));
      const place = places.find((each) => each !== undefined);
      if (place === undefined) return others.take(machines, writer);
      if (machines.length > 1) {
        const message = said`The domain ${place.place} cannot share an instant with other machines: libvirt has none for several domains. Take it out of its replication group.`;
        throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: place.place });
      }
      requireReadableHere(place);
      const domain = await readDomain(parts.clock, place);
      return [await takeOfDomain(parts, place, { domain, sources: machines[0]! })];
    },
    stateOf: async (disk) => {
      const place = domainOf(disk.machine);
      return place === undefined ? others.stateOf(disk) : stateOfDomain(parts, place, disk);
    },
    reset: async (disk, definition) => {
      const place = domainOf(disk.machine);
      return place === undefined ? others.reset(disk, definition) : requireNotWritten(place);
    },
    whileNobodyWrites: async (disk, work) => {
      const place = domainOf(disk.machine);
      return place === undefined ? others.whileNobodyWrites(disk, work) : requireNotWritten(place);
    },
  };
}

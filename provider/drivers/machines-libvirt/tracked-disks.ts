/** Which disks of a domain can be tracked: images that have a place for bitmaps, on this computer. */
import { SiteRecoveryError } from "../../errors.ts";
import { type Message, said } from "../../message.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";
import { type DomainPlace, isOnThisComputer } from "./domain-place.ts";
import type { Domain, DomainDisk } from "./read-domain.ts";

function refuse({ place }: DomainPlace, what: Message): SiteRecoveryError {
  return new SiteRecoveryError("PrerequisitesNotMet", what, { target: place, property: "disks" });
}

/** Throws `PrerequisitesNotMet` if the disks of a hypervisor's machines cannot be read from here. */
export function requireReadableHere(place: DomainPlace): void {
  if (isOnThisComputer(place)) return;
  const what = said`The disks of ${place.place} cannot be read: QEMU shows them at a socket of its own computer. Run siterecovery there, with the inventory qemu:///system.`;
  throw refuse(place, what);
}

/** The disks of a domain by their ids. Throws `NotFound` for an id that it has not, and `PrerequisitesNotMet` for raw images. */
export function trackedDisks(
  place: DomainPlace,
  domain: Domain,
  sources: readonly Pick<SourceDisk, "diskId">[],
): DomainDisk[] {
  return sources.map(({ diskId }) => {
    const disk = domain.disks.find(({ target }) => target === diskId);
    if (disk === undefined) {
      const what = said`The domain ${domain.name} of ${place.place} has no disk ${diskId}. It may have been removed; look at the domain with virsh domblklist.`;
      throw new SiteRecoveryError("NotFound", what, { target: place.place });
    }
    requireTrackable(place, domain, disk);
    return disk;
  });
}

/** Throws `PrerequisitesNotMet` for an image that can keep no bitmap. */
export function requireTrackable(
  place: DomainPlace,
  { name }: Domain,
  { target, source, format }: DomainDisk,
): void {
  if (format === "qcow2") return;
  const what = said`The disk ${target} of ${name} is of the format ${format}, which keeps no record of changes: ${source}. Shut the domain down, run
    \`qemu-img convert -O qcow2\` on it, and name the new image with its type qcow2 in the domain (virsh edit ${name}).`;
  throw refuse(place, what);
}

/**
 * The seam where the bytes of vSphere's disks would come in. vCenter says which areas of a disk have changed
 * (`vsphere/change-tracking.ts`), and gives their bytes away through VDDK only, which may not be shipped with this project.
 * Until there is another way, every snapshot is refused before anything is made at the server.
 */
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { Snapshots, SourceDisk } from "../../ports/snapshots.ts";
import { isVsphereUri } from "../../vsphere-uri.ts";

function refuse({ machine, diskId }: SourceDisk): never {
  const message = said`The disk ${diskId} of ${machine} cannot be read: vSphere gives it away through VMware's own library (VDDK) only, which siterecovery has not. Export the machine and put its images into an inventory folder; docs/vsphere.md says how.`;
  throw new SiteRecoveryError("UnsupportedMachine", message, { target: machine });
}

/** `others` takes the snapshots of all other machines. */
export function vsphereSnapshots(others: Snapshots): Snapshots {
  const require = (disk: SourceDisk): void => {
    if (isVsphereUri(disk.machine)) refuse(disk);
  };
  return {
    take: async (machines, writer) => {
      machines.flat().forEach(require);
      return others.take(machines, writer);
    },
    stateOf: async (disk) => {
      require(disk);
      return others.stateOf(disk);
    },
    reset: async (disk, definition) => {
      require(disk);
      return others.reset(disk, definition);
    },
    whileNobodyWrites: async (disk, work) => {
      require(disk);
      return others.whileNobodyWrites(disk, work);
    },
  };
}

/** A machine of vSphere as the engine knows machines. */
import { guestOfVmware } from "../../machines/import/guest-names.ts";
import type { MachineDefinition } from "../../model/machine-definition.ts";
import type { Machine } from "../../ports/machines.ts";
import { obstaclesOf } from "../../vsphere/protection-obstacles.ts";
import type { VirtualMachine } from "../../vsphere/virtual-machine.ts";
import type { VspherePlace } from "./vsphere-place.ts";

/** Why the engine copies no disk of a machine, however well it is set up. */
export const noBytes =
  "its disks cannot be read: vSphere gives their changes away through VMware's own library (VDDK) only, which siterecovery has not;" +
  " export it and put its images into an inventory folder, as docs/vsphere.md says";

function guestOf({ guestId, guestName }: VirtualMachine): MachineDefinition["guestOs"] {
  const known = guestOfVmware(guestId);
  if (known !== undefined) return { version: "of an unknown version", ...known };
  const family = /^win/i.test(guestId) ? "windows" : "linux";
  return { family, name: guestName === "" ? guestId : guestName, version: "of an unknown version" };
}

/** The disk that the machine boots from is its first one. */
export function describeMachine(machine: VirtualMachine, { place }: VspherePlace): Machine {
  const { name, firmware, cpus, memoryMiB } = machine;
  const stopped = obstaclesOf(machine).filter(({ stops }) => stops);
  return {
    name,
    folder: place,
    guestOs: guestOf(machine),
    firmware,
    cpus,
    memoryMiB,
    nics: machine.nics.map(({ network, macAddress }, index) => ({
      name: `eth${index}`,
      network: network ?? "unknown",
      ...(macAddress === undefined ? {} : { macAddress }),
    })),
    disks: machine.disks.map(({ key, fileName, sizeBytes }, index) => ({
      id: `disk-${key}`,
      file: fileName,
      role: index === 0 ? "os" : "data",
      path: fileName,
      sizeBytes,
    })),
    obstacles: [...stopped.map(({ message }) => message), noBytes],
  };
}

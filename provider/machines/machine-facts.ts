/** What can be said of a machine without its bytes: what checks look at, and what an inventory lock keeps. */
import type { Machine, MachineDisk } from "../ports/machines.ts";
import type { MachineDefinition } from "../model/machine-definition.ts";

export interface MachineFacts extends Omit<MachineDefinition, "disks" | "consistency"> {
  /** Whether machine.yaml has commands for app-consistent recovery points. The commands are not kept here. */
  readonly hasConsistencyCommands: boolean;
  readonly disks: readonly Pick<MachineDisk, "id" | "role" | "sizeBytes">[];
}

/** The keys stand in the same order for every machine, so that two locks can be compared by eye. */
export function factsOf(machine: Machine): MachineFacts {
  const { name, guestOs, firmware, cpus, memoryMiB, mobilityService, storageClassification } = machine;
  return {
    name,
    guestOs: { family: guestOs.family, name: guestOs.name, version: guestOs.version },
    firmware,
    cpus,
    memoryMiB,
    ...(mobilityService === undefined ? {} : { mobilityService: { version: mobilityService.version } }),
    ...(storageClassification === undefined ? {} : { storageClassification }),
    hasConsistencyCommands: machine.consistency !== undefined,
    nics: machine.nics.map(({ name, network, ipAddress, macAddress }) => ({
      ...{ name, network },
      ...(ipAddress === undefined ? {} : { ipAddress }),
      ...(macAddress === undefined ? {} : { macAddress }),
    })),
    disks: machine.disks.map(({ id, role, sizeBytes }) => ({ id, role, sizeBytes })),
  };
}

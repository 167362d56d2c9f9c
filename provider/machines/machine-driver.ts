/**
 * Where machines live: the port to a hypervisor. Its one driver now is `folder`: a host is a folder, a machine a
 * folder in it with `machine.yaml` and raw disk images, and its power is a state. The embedded target runs its
 * replica machines by the same driver.
 */
import type { MachineDefinition, MachineDiskDefinition } from "../model/machine-definition.ts";
import type { FoundMark, MachineMark } from "./machine-mark.ts";

export type PowerState = "running" | "off";

export interface MachineDisk extends MachineDiskDefinition {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface Machine extends MachineDefinition {
  readonly folder: string;
  readonly disks: readonly MachineDisk[];
}

export interface MachineDriver {
  /**
   * Whether no write can reach a disk past its change log, because the hypervisor itself keeps it. Where it is false, a
   * planned move compares whole disks before it says that nothing is lost.
   */
  readonly tracksEveryWrite: boolean;
  /** Names of the machines in an inventory folder, sorted. An absent folder has none. */
  list(inventoryFolder: string): string[];
  /** The folder of a machine by its name, or `undefined` if the inventory has none of that name. */
  folderOf(inventoryFolder: string, machineName: string): string | undefined;
  /**
   * Throws `InvalidInput` with file, line and column when machine.yaml is not right, and `PrerequisitesNotMet` for a missing
   * image, one that is a link out of the machine's folder, and two disks in one file.
   */
  read(machineFolder: string): Machine;
  exists(machineFolder: string): boolean;
  /**
   * Throws `PrerequisitesNotMet` for an image that is a symbolic link, or has a second name (a hard link): what is written
   * into it would be in another file. Absent images are fine.
   */
  requireOwnImages(machineFolder: string, disks: readonly Pick<MachineDiskDefinition, "id" | "file">[]): void;
  /** Which machine is in a folder and what made it, or `undefined` if it carries no mark. Throws `Damaged`. */
  markOf(machineFolder: string): FoundMark | undefined;
  /** Marks a folder, which must exist. Durable when it returns. */
  setMark(machineFolder: string, mark: MachineMark): void;
  /** A machine's definition, without what depends on its folder. */
  definitionOf(machine: Machine): MachineDefinition;
  powerState(machineFolder: string): PowerState;
  /** Running already is fine. Durable when it returns, as are the next three. */
  start(machineFolder: string): void;
  /** Asks the guest to shut down and waits for it. Off already is fine. */
  shutDown(machineFolder: string): void;
  /** Writes machine.yaml for disks that lie in the folder already. The machine is off. Can be repeated. */
  define(machineFolder: string, definition: MachineDefinition): void;
  /** Installs the Mobility service in the guest. There already is fine. Durable when it returns. */
  installMobilityService(machineFolder: string): void;
  /** Takes back changes of power or definition that a process has prepared and not made yet. */
  withdraw(machineFolder: string): void;
  /** Removes a machine with its disks. Absent is fine. */
  remove(machineFolder: string): void;
}

/**
 * Where machines live: the port to a hypervisor. Every call may take minutes and can be repeated. A machine is named by
 * its place, which is an absolute path: the folder that holds it on its host.
 */
import type { GuestEvidence } from "../model/guest-evidence.ts";
import type { MachineDefinition, MachineDiskDefinition } from "../model/machine-definition.ts";
import type { FoundMark, MachineMark } from "../model/machine-mark.ts";

export type PowerState = "running" | "off";

export interface MachineDisk extends MachineDiskDefinition {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface Machine extends MachineDefinition {
  readonly folder: string;
  readonly disks: readonly MachineDisk[];
}

export interface ReadyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly report?: (line: string) => void;
}

export interface Machines {
  /**
   * Whether no write can reach a disk past its change log, because the hypervisor itself keeps it. Where it is false, a
   * planned move compares whole disks before it says that nothing is lost.
   */
  tracksEveryWrite(machineFolder: string): Promise<boolean>;
  /** Names of the machines in an inventory folder, sorted. An absent folder has none. */
  list(inventoryFolder: string): Promise<string[]>;
  /** The folder of a machine by its name, or `undefined` if the inventory has none of that name. */
  folderOf(inventoryFolder: string, machineName: string): Promise<string | undefined>;
  /**
   * Throws `InvalidInput` with file, line and column when machine.yaml is not right, and `PrerequisitesNotMet` for a missing
   * image, one that is a link out of the machine's folder, and two disks in one file.
   */
  read(machineFolder: string): Promise<Machine>;
  exists(machineFolder: string): Promise<boolean>;
  /**
   * Throws `PrerequisitesNotMet` for an image that is a symbolic link, or has a second name (a hard link): what is written
   * into it would be in another file. Absent images are fine.
   */
  requireOwnImages(
    machineFolder: string,
    disks: readonly Pick<MachineDiskDefinition, "id" | "file">[],
  ): Promise<void>;
  /** Which machine is in a folder and what made it, or `undefined` if it carries no mark. Throws `Damaged`. */
  markOf(machineFolder: string): Promise<FoundMark | undefined>;
  /** Marks a folder, which must exist. Durable when it returns. */
  setMark(machineFolder: string, mark: MachineMark): Promise<void>;
  /** A machine's definition, without what depends on its folder. */
  definitionOf(machine: Machine): MachineDefinition;
  powerState(machineFolder: string): Promise<PowerState>;
  /** Running already is fine. Durable when it returns, as are the next three. */
  start(machineFolder: string): Promise<void>;
  /**
   * Waits until the guest says that it works, as the machine's definition wants it (`ready`). `undefined` if it says
   * nothing of that. Throws `JobFailed` with the last lines of its console if the guest fails to start, its check fails, or
   * it does not say so in time.
   */
  whenReady(machineFolder: string, options: ReadyOptions): Promise<GuestEvidence | undefined>;
  /** Asks the guest to shut down and waits for it. Off already is fine. */
  shutDown(machineFolder: string): Promise<void>;
  /** Writes machine.yaml for disks that lie in the folder already. The machine is off. Can be repeated. */
  define(machineFolder: string, definition: MachineDefinition): Promise<void>;
  /** Installs the Mobility service in the guest. There already is fine. Durable when it returns. */
  installMobilityService(machineFolder: string): Promise<void>;
  /** Takes back changes of power or definition that a process has prepared and not made yet. */
  withdraw(machineFolder: string): Promise<void>;
  /** Removes a machine with its disks. Absent is fine. */
  remove(machineFolder: string): Promise<void>;
}

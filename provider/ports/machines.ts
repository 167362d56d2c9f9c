/**
 * Where machines live: the port to a hypervisor. Every call may take minutes and can be repeated. An inventory, and a
 * machine in it, are named by a place: a text that one driver understands, such as the absolute path of a folder. Other
 * code compares places, shows them and keeps them, and takes none apart unless `holdsFiles` says that it is a folder.
 */
import type { GuestEvidence } from "../model/guest-evidence.ts";
import type { MachineDefinition, MachineDiskDefinition } from "../model/machine-definition.ts";
import type { FoundMark, MachineMark } from "../model/machine-mark.ts";

export type PowerState = "running" | "off";

export interface MachineDisk extends MachineDiskDefinition {
  /** The image: an absolute path at a place that holds files, else what its hypervisor calls it. */
  readonly path: string;
  readonly sizeBytes: number;
}

export interface Machine extends MachineDefinition {
  /** The machine's place. */
  readonly folder: string;
  readonly disks: readonly MachineDisk[];
  /** Why its host cannot give its disks away, as ends of sentences. Absent: it can. */
  readonly obstacles?: readonly string[];
}

export interface ReadyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly report?: (line: string) => void;
}

export interface Machines {
  /**
   * Whether a place is a folder on this computer, in which images are files of the names that the machine's definition
   * has. Elsewhere only the hypervisor reads and writes disks, and the engine makes no machine. Asks nobody.
   */
  holdsFiles(place: string): boolean;
  /** Whether an inventory answers now. */
  isReachable(inventory: string): Promise<boolean>;
  /**
   * Whether no write can reach a disk past its change log, because the hypervisor itself keeps it. Where it is false, a
   * planned move compares whole disks before it says that nothing is lost.
   */
  tracksEveryWrite(place: string): Promise<boolean>;
  /**
   * Names of the machines in an inventory, sorted. An absent folder has none. Throws `SourceUnreachable` if a hypervisor does
   * not answer, as all calls do.
   */
  list(inventory: string): Promise<string[]>;
  /** The place of a machine by its name, or `undefined` if the inventory has none of that name. */
  placeOf(inventory: string, machineName: string): Promise<string | undefined>;
  /** The name that a machine has in its inventory. */
  nameAt(place: string): Promise<string>;
  /**
   * Throws `InvalidInput` with file, line and column when machine.yaml is not right, and `PrerequisitesNotMet` for a missing
   * image, one that is a link out of the machine's folder, and two disks in one file.
   */
  read(place: string): Promise<Machine>;
  exists(place: string): Promise<boolean>;
  /**
   * Throws `PrerequisitesNotMet` for an image that must not be written: a symbolic link, one with a second name (a hard
   * link), which would change another file, or one that only its hypervisor writes. Absent images are fine.
   */
  requireOwnImages(
    place: string,
    disks: readonly Pick<MachineDiskDefinition, "id" | "file">[],
  ): Promise<void>;
  /** Which machine is at a place and what made it, or `undefined` if it carries no mark. Throws `Damaged`. */
  markOf(place: string): Promise<FoundMark | undefined>;
  /** Marks a place, which must exist. Durable when it returns. */
  setMark(place: string, mark: MachineMark): Promise<void>;
  /** A machine's definition, without what depends on its place. */
  definitionOf(machine: Machine): MachineDefinition;
  powerState(place: string): Promise<PowerState>;
  /** Running already is fine. Durable when it returns, as are the next three. */
  start(place: string): Promise<void>;
  /**
   * Waits until the guest says that it works, as the machine's definition wants it (`ready`). `undefined` if it says
   * nothing of that. Throws `JobFailed` with the last lines of its console if the guest fails to start, its check fails, or
   * it does not say so in time.
   */
  whenReady(place: string, options: ReadyOptions): Promise<GuestEvidence | undefined>;
  /** Asks the guest to shut down and waits for it. Off already is fine. */
  shutDown(place: string): Promise<void>;
  /** Defines a machine whose disks are at the place already. It is off. Can be repeated. */
  define(place: string, definition: MachineDefinition): Promise<void>;
  /** Installs the Mobility service in the guest. There already is fine. Durable when it returns. */
  installMobilityService(place: string): Promise<void>;
  /** Takes back changes of power or definition that a process has prepared and not made yet. */
  withdraw(place: string): Promise<void>;
  /** What is in the machine's folder and not the machine's, by name, such as a person's copy of an image. */
  foreignFiles(place: string): Promise<readonly string[]>;
  /**
   * Removes a machine with its disks. Absent is fine. What is not the machine's is kept beside its place, in the folders that
   * come back.
   */
  remove(place: string): Promise<readonly string[]>;
}

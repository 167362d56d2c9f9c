/** A machine as `machine.yaml` says it. */

export interface MachineNic {
  readonly name: string;
  /** The network that the card is on: a virtual switch at the primary side, a virtual network in Azure. */
  readonly network: string;
  readonly ipAddress?: string;
  readonly macAddress?: string;
}

export interface MachineDiskDefinition {
  readonly id: string;
  /** File name of the raw image, inside the machine's folder. */
  readonly file: string;
  readonly role: "os" | "data";
}

/** Program and arguments each, without a shell; they run in the machine's folder. */
export interface MachineConsistency {
  readonly freeze: readonly string[];
  readonly thaw: readonly string[];
  /** How long the machine may be frozen, and each command take, 1 to 60 seconds. Default 60. */
  readonly timeoutSeconds?: number;
}

/** What `machine.yaml` says. */
export interface MachineDefinition {
  readonly name: string;
  readonly guestOs: { readonly family: "windows" | "linux"; readonly name: string; readonly version: string };
  readonly firmware: "bios" | "uefi";
  readonly cpus: number;
  readonly memoryMiB: number;
  /** The Mobility service, or unified agent, that runs in the guest (C-5); Hyper-V machines need none. */
  readonly mobilityService?: { readonly version: string };
  /** The VMM server's class of the storage that the disks are on; its mapping decides where the replica is kept (S6). */
  readonly storageClassification?: string;
  /** Commands that freeze and thaw the applications for app-consistent recovery points. */
  readonly consistency?: MachineConsistency;
  readonly nics: readonly MachineNic[];
  readonly disks: readonly MachineDiskDefinition[];
}

/** The hardware that an item keeps of its machine: a failover makes a machine of it. */
export interface HardwareOutputs {
  /** `bios` or `uefi`. */
  firmware: string;
  cpus: number;
  memoryMiB: number;
  /** Name and version of the guest's operating system. */
  guestSystem: string;
  /** The VMM server's class of the storage; absent where there is none. */
  storageClassification?: string;
  networkCards: {
    name: string;
    network: string;
    ipAddress?: string;
    macAddress?: string;
  }[];
  /** The disks that are replicated. */
  disks: {
    id: string;
    /** Name of the image in the machine's folder. */
    file: string;
    sizeBytes: number;
  }[];
}

/** What keeps a machine from being protected by snapshots, or makes its protection worth less. */
export interface ObstacleJson {
  /** Such as `independent-disk`. Names stay. */
  readonly id: string;
  /** True: the machine cannot be protected like this. False: it can, with less than it could have. */
  readonly stops: boolean;
  /** The label of the disk that it is about. */
  readonly disk: string | null;
  readonly message: string;
  readonly whatToDo: string;
}

export interface InventoryVcenterJson {
  /** The server's name or address, as it was given. */
  readonly host: string;
  /** Such as `VMware vCenter Server 8.0.3 build-24022515`. */
  readonly server: string;
  /** The server's own id; null for an ESXi host by itself. */
  readonly instanceUuid: string | null;
  /** By name, templates among them. */
  readonly machines: readonly {
    readonly name: string;
    /** Tells it from all other machines of the server; null if its settings cannot be read. */
    readonly instanceUuid: string | null;
    /** Its id at the server: `vm-42`. */
    readonly id: string;
    readonly template: boolean;
    readonly power: "running" | "off" | "suspended";
    /** As vSphere names it: `Ubuntu Linux (64-bit)`. */
    readonly guestOs: string;
    readonly firmware: "bios" | "uefi";
    readonly cpus: number;
    readonly memoryMiB: number;
    /** Whether VMware Tools run in its guest. */
    readonly toolsRunning: boolean;
    readonly changeTracking: "on" | "off" | "unsupported";
    readonly disks: readonly {
      /** Stays the same for as long as the machine has the disk. */
      readonly key: number;
      readonly label: string;
      readonly sizeBytes: number;
      /** `[datastore1] web1/web1.vmdk`. */
      readonly file: string;
    }[];
    readonly nics: readonly {
      readonly label: string;
      readonly macAddress: string | null;
      readonly network: string | null;
    }[];
    /** Names of its snapshots, parents first. */
    readonly snapshots: readonly string[];
    readonly obstacles: readonly ObstacleJson[];
  }[];
}

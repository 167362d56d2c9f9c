/** What QEMU is to run: a machine, and the files and sockets that it is given. */
import type { Acceleration } from "./acceleration.ts";
import type { UserNetworkAddresses } from "./user-network-addresses.ts";

interface DiskBase {
  /** The id in `machine.yaml`; QEMU's block node has this name, and the guest reads it as the disk's serial number. */
  readonly id: string;
}

/** A raw image as it is. */
export interface RawDisk extends DiskBase {
  readonly format: "raw";
  readonly path: string;
}

/**
 * A raw image with a QCOW2 file beside it that holds dirty bitmaps and no data (`data_file_raw`), so that changes can be
 * tracked across restarts of QEMU.
 */
export interface TrackedDisk extends DiskBase {
  readonly format: "tracked";
  /** The raw image. */
  readonly path: string;
  readonly trackingPath: string;
}

/** A disk that a server of NBD offers at a unix socket, such as an attached recovery point. */
export interface ServedDisk extends DiskBase {
  readonly format: "nbd";
  readonly socketPath: string;
  readonly exportName: string;
}

/**
 * A served disk whose changes are tracked as those of a tracked one, in the same file beside its image. The machine can be
 * switched to the image while it runs, once that is whole.
 */
export interface MovingDisk extends DiskBase {
  readonly format: "moving";
  readonly trackingPath: string;
  readonly socketPath: string;
  readonly exportName: string;
}

export type QemuDisk = RawDisk | TrackedDisk | ServedDisk | MovingDisk;

/** A port of 127.0.0.1 from which connections reach a port of the guest. */
export interface PortForward {
  readonly hostPort: number;
  readonly guestPort: number;
}

/** QEMU's own network, which needs no rights: the guest gets 10.0.2.15 by DHCP. */
export interface QemuNetwork {
  /** Whether the guest reaches nothing outside it: neither this computer nor what this computer reaches. */
  readonly isIsolated: boolean;
  readonly forwards: readonly PortForward[];
  readonly macAddress?: string;
  /** `defaultAddresses` if absent. */
  readonly addresses?: UserNetworkAddresses;
}

/** A channel from the guest, by its name there (`/dev/virtio-ports/<name>`), to a file that it is written to. */
export interface GuestChannel {
  readonly name: string;
  readonly path: string;
}

export interface QemuMachine {
  readonly name: string;
  /** What the guest reads as the machine's UUID. */
  readonly uuid?: string;
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly firmware: "bios" | "uefi";
  /** In the order in which firmware tries to start from them. */
  readonly disks: readonly QemuDisk[];
  /** Absent: no network card. */
  readonly network?: QemuNetwork;
  readonly channels?: readonly GuestChannel[];
  /** Whether the guest waits for `cont` before its first instruction. */
  readonly startsPaused?: boolean;
}

/** UEFI: the firmware, which is read only, and the machine's own copy of its variables. */
export interface UefiFiles {
  readonly codePath: string;
  readonly variablesPath: string;
}

/** Files and sockets that QEMU makes or opens; all absolute. */
export interface QemuPlaces {
  readonly consolePath: string;
  /** Holds the process's number; QEMU removes it when it ends in order, and not when it is killed. */
  readonly pidPath: string;
  /** For work that takes a while: one client at a time. */
  readonly qmpSocketPath: string;
  /** QMP once more, for short questions about the power, while another program works. */
  readonly powerSocketPath: string;
  readonly agentSocketPath: string;
  /** Needed for UEFI. */
  readonly uefi?: UefiFiles;
}

export interface QemuRun {
  readonly machine: QemuMachine;
  readonly places: QemuPlaces;
  readonly acceleration: Acceleration;
}

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

/** A connection to a port of this computer reaches a port of the guest. */
export interface GuestForward {
  readonly hostPort: number;
  readonly guestPort: number;
}

/** How QEMU runs a machine on this computer. */
export interface QemuSettings {
  /** Default `auto`: KVM where a guest really runs with it, else TCG. */
  readonly acceleration?: "auto" | "kvm" | "tcg";
  /** Ports of 127.0.0.1 that lead into the guest. Those of a drill's machine are drawn. */
  readonly forwards?: readonly GuestForward[];
  /** Names of virtio ports; what the guest writes to one is in a file of that name in the machine's folder `qemu`. */
  readonly channels?: readonly string[];
  /** How long the guest may take to shut down before QEMU is ended. Default 120. */
  readonly shutDownSeconds?: number;
}

/** A line that the guest writes to one of its virtio ports (`qemu.channels`). Both are regular expressions. */
export interface ReadyChannel {
  readonly name: string;
  /** A line that matches says that all is well. */
  readonly success: string;
  /** A line that matches ends the wait at once. */
  readonly failure?: string;
}

/** A page of the guest, by the port of this computer that is forwarded to it. */
export interface ReadyPage {
  /** Of the guest; `qemu.forwards` leads there. */
  readonly port: number;
  /** Default `/`. */
  readonly path?: string;
  /** Default 200. */
  readonly status?: number;
  /** A regular expression that the beginning of the page matches. */
  readonly body?: string;
}

/** A program at the recovery side and its arguments, without a shell; 0 means that all is well. */
export interface ReadyScript {
  readonly command: readonly string[];
  /** Default 60. */
  readonly timeoutSeconds?: number;
}

/**
 * One of both says when the guest last wrote something that counts, as ISO 8601 with a zone or as seconds since 1970: a line
 * of its console, by a regular expression whose first group is the time, or what a program in the guest prints.
 */
export interface ReadyLastWrite {
  readonly console?: string;
  readonly check?: readonly string[];
}

/** How a machine says that it works, once it was started. All that is given must come, in this order. */
export interface ReadyCheck {
  /** A regular expression that a line of its console matches. */
  readonly console?: string;
  /** Whether the QEMU guest agent must answer. */
  readonly agent?: boolean;
  readonly channel?: ReadyChannel;
  /** A port of the guest that must accept a connection; `qemu.forwards` leads there. */
  readonly tcp?: { readonly port: number };
  readonly http?: ReadyPage;
  /** A program inside the guest and its arguments, without a shell; 0 means that all is well. */
  readonly check?: readonly string[];
  readonly script?: ReadyScript;
  /** How a drill's machine says what its disks held last; asked after all others. */
  readonly lastWrite?: ReadyLastWrite;
  /** Default 300, for all of it. */
  readonly withinSeconds?: number;
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
  /** Absent: QEMU does not run it. */
  readonly qemu?: QemuSettings;
  /** Absent: its guest is not asked. */
  readonly ready?: ReadyCheck;
  readonly nics: readonly MachineNic[];
  readonly disks: readonly MachineDiskDefinition[];
}

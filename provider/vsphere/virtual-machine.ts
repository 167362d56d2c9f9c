/** What vSphere knows of a virtual machine, as far as its protection needs it. */
import type { ManagedObject } from "./soap-request.ts";

export type VirtualPower = "running" | "off" | "suspended";

export interface VirtualDisk {
  /** Stays the same for as long as the machine has the disk. */
  readonly key: number;
  /** `Hard disk 1`. */
  readonly label: string;
  readonly sizeBytes: number;
  /** `[datastore1] web1/web1.vmdk`. */
  readonly fileName: string;
  /** Of the disk itself, which a snapshot does not change; `undefined` where the datastore gives none. */
  readonly uuid: string | undefined;
  readonly controllerKey: number;
  readonly unitNumber: number;
  /** Snapshots leave it out (mode independent). */
  readonly isIndependent: boolean;
  /** A raw device, and whether snapshots are past it (`physical`). */
  readonly rawDevice: "none" | "virtual" | "physical";
  /** Several machines write to it. */
  readonly isShared: boolean;
  /** The point up to which its changes are known, of a machine or snapshot with change tracking. */
  readonly changeId: string | undefined;
}

export interface VirtualController {
  readonly key: number;
  readonly label: string;
  /** Other machines may share its bus, which no snapshot allows. */
  readonly sharesBus: boolean;
}

export interface VirtualNic {
  readonly key: number;
  readonly label: string;
  readonly macAddress: string | undefined;
  /** Name of the network or port group; `undefined` where it is none that the account sees. */
  readonly network: string | undefined;
}

export interface VirtualSnapshot {
  readonly object: ManagedObject;
  readonly name: string;
  readonly description: string;
  readonly isQuiesced: boolean;
}

export interface VirtualMachine {
  readonly object: ManagedObject;
  readonly name: string;
  /** Tells it from all other machines of the server, under whatever name; `undefined` if its settings cannot be read. */
  readonly instanceUuid: string | undefined;
  /** What its firmware shows to the guest; a clone may have the same. */
  readonly biosUuid: string | undefined;
  readonly firmware: "bios" | "uefi";
  /** Id of the guest system in VMware's list: `ubuntu64Guest`. */
  readonly guestId: string;
  /** `Ubuntu Linux (64-bit)`. */
  readonly guestName: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly isTemplate: boolean;
  readonly power: VirtualPower;
  /** `connected`, or why the server cannot work with it: `disconnected`, `orphaned`, `inaccessible`, `invalid`. */
  readonly connection: string;
  readonly tools: {
    readonly isRunning: boolean;
    /** As vSphere says it: `guestToolsCurrent`, `guestToolsNotInstalled`, `guestToolsUnmanaged`. */
    readonly version: string | undefined;
  };
  readonly changeTracking: { readonly isEnabled: boolean; readonly isSupported: boolean };
  readonly isFaultTolerant: boolean;
  readonly isConsolidationNeeded: boolean;
  readonly disks: readonly VirtualDisk[];
  readonly controllers: readonly VirtualController[];
  readonly nics: readonly VirtualNic[];
  /** In the order of the tree, parents first. */
  readonly snapshots: readonly VirtualSnapshot[];
  /** Custom attributes by the keys of their fields. */
  readonly attributes: ReadonlyMap<number, string>;
}

/** The machine of a kill harness's lane, as its killed processes and the one that checks them see it. */
import type { ReplicationSource } from "../../../../provider/engine/replication/copy-snapshot.ts";
import type { StoreLocation } from "../../../../provider/replica/store-location.ts";
import type { Death } from "./mortal-file-system.ts";
import type { Phase } from "./phases.ts";

export interface MachineUnderTest {
  readonly folder: string;
  readonly diskSizes: readonly number[];
  readonly threads: number;
  /** Where its replica is, if not in its folder. */
  readonly location?: StoreLocation;
}

export const machineId = "/subscriptions/s/machines/web-01";

export function sourceOf(machine: MachineUnderTest): ReplicationSource {
  const disks = machine.diskSizes.map((_, disk) => ({
    diskId: `disk-${disk}`,
    path: imageOf(machine, disk),
  }));
  return { machineId, disks };
}

export const imageOf = (machine: MachineUnderTest, disk: number): string =>
  `${machine.folder}/disk-${disk}.img`;
export const storeOf = (machine: MachineUnderTest): StoreLocation =>
  machine.location ?? { folder: `${machine.folder}/store` };
/** Two keys, so that each rotation goes from one to the other. */
export const keyFileOf = (machine: MachineUnderTest, key: number): string => `${machine.folder}/key-${key}`;
export const restoredOf = (machine: MachineUnderTest): string => `${machine.folder}/restored`;
export const overlayOf = (machine: MachineUnderTest): string => `${machine.folder}/overlay`;

/** What a process is told when it starts. */
export interface Orders {
  readonly machine: MachineUnderTest;
  readonly seed: number;
  /** Which key opens the store. */
  readonly key: number;
  readonly aim?: Phase;
  readonly death?: Death;
}

/** What it says, a line of JSON each, at once. `step` counts from 0. */
export type Saying =
  | { readonly says: "phase"; readonly phase: Phase }
  | { readonly says: "begun"; readonly step: number; readonly pointId?: string; readonly kept?: string[] }
  /** A cycle has its snapshot; an attached disk has acknowledged one more write, a fill or a flush. */
  | { readonly says: "taken" | "written"; readonly step: number }
  | { readonly says: "done"; readonly step: number; readonly pointId?: string };

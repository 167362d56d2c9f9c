import path from "node:path";
import type { RecoveryPointKind } from "./item.ts";
import type { ItemDetails, ProtectedItem, RecoveryMachine } from "./item.ts";

/** From which recovery point a machine runs, and where. */
export interface RunsFrom {
  readonly machine: string;
  readonly folder: string;
  /** Paths of its disk images. */
  readonly disks: readonly string[];
  readonly pointId: string;
  /** The instant that its data is of, in milliseconds since 1970. */
  readonly pointTakenAt: number;
  readonly pointKind: RecoveryPointKind | undefined;
  /** How old its data was when the machine was made; `undefined` in records of an earlier version. */
  readonly dataAgeSeconds: number | undefined;
}

/** What a machine that was made from a recovery point runs from. */
export function runsFromOf(machine: RecoveryMachine, { disks }: Pick<ItemDetails, "disks">): RunsFrom {
  const { name, folder, pointId, pointTakenAt, pointKind, madeAt } = machine;
  const own = machine.disks ?? disks;
  return {
    machine: name,
    folder,
    disks: own.map(({ file }) => path.join(folder, file)),
    pointId,
    pointTakenAt,
    pointKind,
    dataAgeSeconds: madeAt === undefined ? undefined : Math.max(0, (madeAt - pointTakenAt) / 1000),
  };
}

/** What an item's machine runs from at the recovery side; `undefined` while it runs at the primary side. */
export function runsFrom({ activeLocation, details }: ProtectedItem): RunsFrom | undefined {
  const { recoveryMachine } = details;
  return activeLocation === "recovery" && recoveryMachine ? runsFromOf(recoveryMachine, details) : undefined;
}

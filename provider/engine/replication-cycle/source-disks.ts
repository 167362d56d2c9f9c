/** The disks that a cycle reads: those of the side that a machine runs at. */
import path from "node:path";
import { assert } from "../../errors.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireMachine } from "../inventory/find-machine.ts";
import { fabricOf } from "../inventory/inventories.ts";
import type { ProtectedItem } from "../protected-item/item.ts";
import type { CycleDisk } from "./run-cycle.ts";

function disksIn(folder: string, item: ProtectedItem): CycleDisk[] {
  return item.details.disks.map((disk) => ({ diskId: disk.id, path: path.join(folder, disk.file) }));
}

/** The item's disks at the primary side. Throws `SourceUnreachable` or `PrerequisitesNotMet`. */
export function primaryDisks(parts: EngineParts, item: ProtectedItem): CycleDisk[] {
  const { machine } = requireMachine(parts, fabricOf(item.id), item.details.machineName);
  return disksIn(machine.folder, item);
}

/** The item's disks at the recovery side, after a failover. */
export function recoveryDisks(item: ProtectedItem): CycleDisk[] {
  const { recoveryMachine, machineName } = item.details;
  assert(recoveryMachine, `${machineName} has no machine at the recovery side`);
  return disksIn(recoveryMachine.folder, item);
}

/** Those whose changes travel: of the recovery side once replication was reversed, else of the primary side. */
export function sourceDisks(parts: EngineParts, item: ProtectedItem): CycleDisk[] {
  return item.details.reverse ? recoveryDisks(item) : primaryDisks(parts, item);
}

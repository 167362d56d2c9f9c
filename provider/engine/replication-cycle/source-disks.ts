/** The disks that a cycle reads, of the side that a machine runs at. */
import path from "node:path";
import type { EngineParts } from "../engine-parts.ts";
import { requireStill } from "../identity/owned-machine.ts";
import { requireMachineOf } from "../inventory/find-machine.ts";
import { type ItemDisk, type ProtectedItem, recoveryMachineOf } from "../../model/item.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";

/** Disks with their images in a machine's folder. */
export function disksIn(folder: string, disks: readonly ItemDisk[]): SourceDisk[] {
  return disks.map((disk) => ({ machine: folder, diskId: disk.id, path: path.join(folder, disk.file) }));
}

/** The item's disks at the primary side. Throws `SourceUnreachable`, `DuplicateName` or `PrerequisitesNotMet`. */
export async function primaryDisks(parts: EngineParts, item: ProtectedItem): Promise<SourceDisk[]> {
  const { machine } = await requireMachineOf(parts, item);
  return disksIn(machine.folder, item.details.disks);
}

/** The item's disks at the recovery side, after a failover. Throws `DuplicateName` if another machine is in its place. */
export async function recoveryDisks(parts: EngineParts, item: ProtectedItem): Promise<SourceDisk[]> {
  const recoveryMachine = recoveryMachineOf(item);
  await requireStill(parts, item.id, recoveryMachine);
  return disksIn(recoveryMachine.folder, item.details.disks);
}

/** Those whose changes travel: of the recovery side once replication was reversed, else of the primary side. */
export async function sourceDisks(parts: EngineParts, item: ProtectedItem): Promise<SourceDisk[]> {
  return item.details.reverse ? await recoveryDisks(parts, item) : await primaryDisks(parts, item);
}

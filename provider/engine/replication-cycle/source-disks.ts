/** The disks that a cycle reads, of the side that a machine runs at. */
import path from "node:path";
import type { EngineParts } from "../engine-parts.ts";
import { requireStill } from "../identity/owned-machine.ts";
import { requireMachineOf } from "../inventory/find-machine.ts";
import { type ItemDisk, type ProtectedItem, recoveryMachineOf } from "../../model/item.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";

/** The disks of the machine at a place. */
export function disksIn(
  { machines }: Pick<EngineParts, "machines">,
  place: string,
  disks: readonly ItemDisk[],
): SourceDisk[] {
  const imageOf = ({ file }: ItemDisk): string =>
    machines.holdsFiles(place) ? path.join(place, file) : `${place}/${file}`;
  return disks.map((disk) => ({ machine: place, diskId: disk.id, path: imageOf(disk) }));
}

/** The item's disks at the primary side. Throws `SourceUnreachable`, `DuplicateName` or `PrerequisitesNotMet`. */
export async function primaryDisks(parts: EngineParts, item: ProtectedItem): Promise<SourceDisk[]> {
  const { machine } = await requireMachineOf(parts, item);
  return disksIn(parts, machine.folder, item.details.disks);
}

/** The item's disks at the recovery side, after a failover. Throws `DuplicateName` if another machine is in its place. */
export async function recoveryDisks(parts: EngineParts, item: ProtectedItem): Promise<SourceDisk[]> {
  const recoveryMachine = recoveryMachineOf(item);
  await requireStill(parts, item.id, recoveryMachine);
  return disksIn(parts, recoveryMachine.folder, item.details.disks);
}

/** Those whose changes travel: of the recovery side once replication was reversed, else of the primary side. */
export async function sourceDisks(parts: EngineParts, item: ProtectedItem): Promise<SourceDisk[]> {
  return item.details.reverse ? await recoveryDisks(parts, item) : await primaryDisks(parts, item);
}

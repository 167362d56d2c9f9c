import { layerName } from "./layers/layer-writer.ts";
import { LayerReader } from "./layers/layer-reader.ts";
import { ReleasedSegments } from "./layers/released-segments.ts";
import type { MachineFolder } from "./machine-folder.ts";
import type { RecoveryPointDisk } from "./recovery-point.ts";

/**
 * Names of the objects that hold a disk of a recovery point: its maps and segments, and the segments that its maps name. Some
 * of those may hold nothing that this point needs. Throws `Damaged`.
 */
export async function neededObjects(
  machine: MachineFolder,
  { diskId, layers }: RecoveryPointDisk,
): Promise<Set<string>> {
  const disk = machine.disk(diskId);
  const released = await new ReleasedSegments(disk).readIfSound();
  const names = new Set<string>();
  for (const { kind, id } of layers) {
    names.add(layerName(disk.name, kind, id));
    if (kind === "segment") continue;
    const reader = await LayerReader.open(disk, "map", id);
    await reader.close();
    for (const segment of reader.directory.segments) {
      if (released?.has(segment) !== true) names.add(layerName(disk.name, "segment", segment));
    }
  }
  return names;
}

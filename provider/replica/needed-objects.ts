import type { LayerKind } from "./layers/layer-format.ts";
import { layerName } from "./layers/layer-name.ts";
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
  const present = Map.groupBy(await machine.layerFiles(diskId), ({ id }) => id);
  const names = new Set<string>();
  const need = (kind: LayerKind, id: string): void => {
    const files = present.get(id) ?? [];
    if (files.length === 0) names.add(layerName(disk.name, { id, kind, copy: 0 }));
    for (const { object } of files) names.add(object.name);
  };
  for (const { kind, id } of layers) {
    need(kind, id);
    if (kind === "segment") continue;
    const reader = await LayerReader.open(disk, "map", id);
    await reader.close();
    for (const segment of reader.directory.segments) {
      if (released?.has(segment) !== true) need("segment", segment);
    }
  }
  return names;
}

/**
 * Which layer files of recovery points are missing or cut short. It looks at names, at the directories of maps and at
 * the last bytes of each file, and reads no block: cheap enough for every cycle and every view.
 */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { hasCode } from "../errors.ts";
import type { LayerReference } from "./layers/disk-map.ts";
import { headerBytes, tailBytes, tailMagic } from "./layers/layer-format.ts";
import { LayerReader } from "./layers/layer-reader.ts";
import { ReleasedSegments } from "./layers/released-segments.ts";
import { layerPath } from "./layers/layer-writer.ts";
import type { MachineFolder } from "./machine-folder.ts";
import type { RecoveryPoint, RecoveryPointDisk } from "./recovery-point.ts";
import { damageOf } from "./upkeep/verify-layer.ts";

export interface BrokenLayer {
  /** The layer file's id. */
  readonly id: string;
  readonly path: string;
  /** What is wrong with it, without its path: `it is missing`. */
  readonly why: string;
}

/** Returns the broken layer files of a disk of a recovery point; empty if all that it needs is in place. */
export function brokenLayersOf(machine: MachineFolder, disk: RecoveryPointDisk): BrokenLayer[] {
  return new LayerCheck(machine, disk.diskId).brokenOf(disk.layers);
}

/** Returns the ids of the points that cannot be restored, with the broken layer files of each. */
export function brokenPointsOf(
  machine: MachineFolder,
  points: readonly RecoveryPoint[],
): Map<string, BrokenLayer[]> {
  const checks = new Map<string, LayerCheck>();
  const found = new Map<string, BrokenLayer[]>();
  for (const point of points) {
    for (const { diskId, layers } of point.disks) {
      const check = checks.get(diskId) ?? new LayerCheck(machine, diskId);
      checks.set(diskId, check);
      const broken = check.brokenOf(layers);
      if (broken.length > 0) found.set(point.id, [...(found.get(point.id) ?? []), ...broken]);
    }
  }
  return found;
}

/** Looks at each layer file of one disk once, however many points need it. */
class LayerCheck {
  readonly #machine: MachineFolder;
  readonly #diskId: string;
  readonly #present: ReadonlySet<string>;
  /** Segments that maps name and no point needs; `undefined`: not known, and what maps name is not looked at. */
  readonly #released: ReadonlySet<string> | undefined;
  readonly #whyOfFile = new Map<string, string | undefined>();
  readonly #brokenOfLayer = new Map<string, readonly BrokenLayer[]>();

  constructor(machine: MachineFolder, diskId: string) {
    this.#machine = machine;
    this.#diskId = diskId;
    this.#present = new Set(machine.layerFiles(diskId).map(({ kind, id }) => `${id}.${kind}`));
    this.#released = releasedIn(machine, diskId);
  }

  brokenOf(layers: readonly LayerReference[]): BrokenLayer[] {
    const broken = new Map<string, BrokenLayer>();
    for (const layer of layers) for (const each of this.#ofLayer(layer)) broken.set(each.id, each);
    return [...broken.values()];
  }

  #ofLayer({ kind, id }: LayerReference): readonly BrokenLayer[] {
    const known = this.#brokenOfLayer.get(id);
    if (known !== undefined) return known;
    const broken = kind === "segment" ? this.#ofSegments([id]) : this.#ofMap(id);
    this.#brokenOfLayer.set(id, broken);
    return broken;
  }

  #ofMap(id: string): BrokenLayer[] {
    const disk = this.#machine.disk(this.#diskId);
    try {
      const reader = new LayerReader(disk, "map", id);
      reader.close();
      const needed = reader.directory.segments.filter((segment) => this.#released?.has(segment) === false);
      return this.#ofSegments(needed);
    } catch (error) {
      return [{ id, path: layerPath(disk.folder, "map", id), why: damageOf(error) }];
    }
  }

  #ofSegments(ids: readonly string[]): BrokenLayer[] {
    const { files } = this.#machine;
    const { folder } = this.#machine.disk(this.#diskId);
    return ids.flatMap((id) => {
      const filePath = layerPath(folder, "segment", id);
      if (!this.#whyOfFile.has(id)) {
        const isPresent = this.#present.has(path.basename(filePath));
        this.#whyOfFile.set(id, isPresent ? wrongEndOf(files, filePath) : "it is missing");
      }
      const why = this.#whyOfFile.get(id);
      return why === undefined ? [] : [{ id, path: filePath, why }];
    });
  }
}

/** A damaged list is a finding of `verify`; the next compaction writes it again. */
function releasedIn(machine: MachineFolder, diskId: string): ReadonlySet<string> | undefined {
  try {
    return new ReleasedSegments(machine.disk(diskId)).read();
  } catch (error) {
    if (hasCode(error, "Damaged")) return undefined;
    throw error;
  }
}

/** A layer file says in its last bytes how long it is. */
function wrongEndOf(files: FileSystem, filePath: string): string | undefined {
  try {
    const file = files.open(filePath, "read");
    try {
      const { sizeBytes } = file.size();
      if (sizeBytes < headerBytes + tailBytes) return "it is cut short";
      const tail = Buffer.alloc(tailBytes);
      const isRead = file.read(tail, sizeBytes - tailBytes) === tailBytes;
      if (!isRead || !tail.subarray(0, tailMagic.length).equals(tailMagic)) return "its end is wrong";
      const lengthBytes = Number(tail.readBigUInt64LE(8)) + tail.readUInt32LE(16) + tailBytes;
      return lengthBytes === sizeBytes ? undefined : "its length is wrong";
    } finally {
      file.close();
    }
  } catch (error) {
    if (hasCode(error, "NotFound")) return "it is missing";
    throw error;
  }
}

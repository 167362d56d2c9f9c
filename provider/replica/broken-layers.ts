/**
 * Which layer files of recovery points are missing or cut short. It looks at names, at the directories of maps and at
 * the last bytes of each file, and reads no block: cheap enough for every cycle and every view.
 */
import pLimit from "p-limit";
import type { LayerReference } from "./layers/disk-map.ts";
import type { Objects } from "../ports/objects.ts";
import { headerBytes, tailBytes, tailMagic } from "./layers/layer-format.ts";
import { LayerReader } from "./layers/layer-reader.ts";
import { ReleasedSegments } from "./layers/released-segments.ts";
import { layerName } from "./layers/layer-name.ts";
import type { MachineFolder, StoredLayer } from "./machine-folder.ts";
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
export async function brokenLayersOf(
  machine: MachineFolder,
  disk: RecoveryPointDisk,
): Promise<BrokenLayer[]> {
  return (await LayerCheck.of(machine, disk.diskId)).brokenOf(disk.layers);
}

/** Returns the ids of the points that cannot be restored, with the broken layer files of each. */
export async function brokenPointsOf(
  machine: MachineFolder,
  points: readonly RecoveryPoint[],
): Promise<Map<string, BrokenLayer[]>> {
  const checks = new Map<string, LayerCheck>();
  const found = new Map<string, BrokenLayer[]>();
  for (const point of points) {
    for (const { diskId, layers } of point.disks) {
      const check = checks.get(diskId) ?? (await LayerCheck.of(machine, diskId));
      checks.set(diskId, check);
      const broken = await check.brokenOf(layers);
      if (broken.length > 0) found.set(point.id, [...(found.get(point.id) ?? []), ...broken]);
    }
  }
  return found;
}

/** Looks at each layer file of one disk once, however many points need it. */
class LayerCheck {
  readonly #machine: MachineFolder;
  readonly #diskId: string;
  /** By id: the segments that are there. */
  readonly #present: ReadonlyMap<string, readonly StoredLayer[]>;
  /** Segments that maps name and no point needs; `undefined`: not known, and what maps name is not looked at. */
  readonly #released: ReadonlySet<string> | undefined;
  readonly #whyOfFile = new Map<string, string | undefined>();
  readonly #brokenOfLayer = new Map<string, readonly BrokenLayer[]>();

  private constructor(
    machine: MachineFolder,
    diskId: string,
    found: {
      present: ReadonlyMap<string, readonly StoredLayer[]>;
      released: ReadonlySet<string> | undefined;
    },
  ) {
    this.#machine = machine;
    this.#diskId = diskId;
    this.#present = found.present;
    this.#released = found.released;
  }

  static async of(machine: MachineFolder, diskId: string): Promise<LayerCheck> {
    const layers = await machine.layerFiles(diskId);
    const segments = layers.filter(({ kind }) => kind === "segment");
    const present = Map.groupBy(segments, ({ id }) => id);
    const released = await new ReleasedSegments(machine.disk(diskId)).readIfSound();
    return new LayerCheck(machine, diskId, { present, released });
  }

  async brokenOf(layers: readonly LayerReference[]): Promise<BrokenLayer[]> {
    const broken = new Map<string, BrokenLayer>();
    for (const layer of layers) for (const each of await this.#ofLayer(layer)) broken.set(each.id, each);
    return [...broken.values()];
  }

  async #ofLayer({ kind, id }: LayerReference): Promise<readonly BrokenLayer[]> {
    const known = this.#brokenOfLayer.get(id);
    if (known !== undefined) return known;
    const broken = await (kind === "segment" ? this.#ofSegments([id]) : this.#ofMap(id));
    this.#brokenOfLayer.set(id, broken);
    return broken;
  }

  async #ofMap(id: string): Promise<BrokenLayer[]> {
    const disk = this.#machine.disk(this.#diskId);
    try {
      const reader = await LayerReader.open(disk, "map", id);
      await reader.close();
      const needed = reader.directory.segments.filter((segment) => this.#released?.has(segment) === false);
      return await this.#ofSegments(needed);
    } catch (error) {
      return [
        {
          id,
          path: disk.objects.placeOf(layerName(disk.name, { id, kind: "map", copy: 0 })),
          why: damageOf(error),
        },
      ];
    }
  }

  async #ofSegments(ids: readonly string[]): Promise<BrokenLayer[]> {
    const { objects, name } = this.#machine.disk(this.#diskId);
    const unknown = ids.filter((id) => !this.#whyOfFile.has(id));
    // One after the other, the ways there and back would take longer than many a delta.
    await pLimit(objects.traits.parallel).map(unknown, async (id) => {
      this.#whyOfFile.set(id, await this.#whyOf(id));
    });
    return ids.flatMap((id) => {
      const segment = layerName(name, { id, kind: "segment", copy: 0 });
      const why = this.#whyOfFile.get(id);
      return why === undefined ? [] : [{ id, path: objects.placeOf(segment), why }];
    });
  }

  /** One sound copy is enough. */
  async #whyOf(id: string): Promise<string | undefined> {
    let why: string | undefined = "it is missing";
    for (const { object } of this.#present.get(id) ?? []) {
      why = await wrongEndOf(this.#machine.objects, object.name);
      if (why === undefined) break;
    }
    return why;
  }
}

/** A layer file says in its last bytes how long it is. */
async function wrongEndOf(objects: Objects, name: string): Promise<string | undefined> {
  const object = await objects.open(name);
  if (object === undefined) return "it is missing";
  try {
    const { sizeBytes } = object;
    if (sizeBytes < headerBytes + tailBytes) return "it is cut short";
    const tail = Buffer.alloc(tailBytes);
    const isRead = (await object.read(tail, sizeBytes - tailBytes)) === tailBytes;
    if (!isRead || !tail.subarray(0, tailMagic.length).equals(tailMagic)) return "its end is wrong";
    const lengthBytes = Number(tail.readBigUInt64LE(8)) + tail.readUInt32LE(16) + tailBytes;
    return lengthBytes === sizeBytes ? undefined : "its length is wrong";
  } finally {
    await object.close();
  }
}

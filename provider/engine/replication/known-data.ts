import { hasCode } from "../../errors.ts";
import { checksumBytes } from "../../replica/layers/entry-table.ts";
import { DiskMap, type LayerReference, type MapWindow } from "../../replica/layers/disk-map.ts";
import { type DiskFolder, LayerReader } from "../../replica/layers/layer-reader.ts";
import type { KnownBlocks } from "../process-server/batches.ts";
import type { DiskTask } from "./copy-snapshot.ts";

interface UnfinishedSegment {
  readonly layer: LayerReference;
  readonly firstBlock: number;
  readonly lastBlock: number;
}

/**
 * What the target has of a disk already: the previous recovery point, and segments of a copy that was killed
 * before it could publish one [HW-2a]. Both only save work: a block is reused when its checksum equals.
 */
export class KnownData {
  readonly #disk: DiskFolder;
  readonly #previous: DiskMap | undefined;
  readonly #unfinished: readonly UnfinishedSegment[];
  readonly #distrusted: ReadonlySet<string>;
  readonly #segmentsOfWindow = new WeakMap<MapWindow, readonly string[]>();

  private constructor(
    disk: DiskFolder,
    distrusted: ReadonlySet<string>,
    found: { previous: DiskMap | undefined; unfinished: readonly UnfinishedSegment[] },
  ) {
    this.#disk = disk;
    this.#distrusted = distrusted;
    this.#previous = found.previous;
    this.#unfinished = found.unfinished;
  }

  /** `distrusted`: ids of segments whose data must not be relied on. */
  static async of(task: DiskTask, distrusted: ReadonlySet<string>): Promise<KnownData> {
    const disk = task.machine.disk(task.diskId);
    const previous = task.previous && (await DiskMap.open(disk, task.previous.layers));
    try {
      const used = new Set(previous?.referencedSegments());
      const unfinished = await findUnfinished(task, disk, used, distrusted);
      return new KnownData(disk, distrusted, { previous, unfinished });
    } catch (error) {
      await previous?.close();
      throw error;
    }
  }

  get previousSegments(): readonly string[] {
    return this.#previous?.segments ?? [];
  }

  /** The checksums of the previous recovery point that may be relied on. */
  trustedOf(window: MapWindow | undefined, blocks: Uint32Array): KnownBlocks {
    const known = knownOf(window, blocks);
    if (window === undefined || this.#distrusted.size === 0) return known;
    for (const [position, block] of blocks.entries()) {
      const segment = window.segment[block - window.firstBlock]!;
      if (segment >= 0 && this.#distrusted.has(this.previousSegments[segment]!)) known.present[position] = 0;
    }
    return known;
  }

  /** The first block from `block` on that the previous recovery point says something of. */
  async nextInPrevious(block: number): Promise<number | undefined> {
    return this.#previous?.nextCovered(block);
  }

  async previousWindow(firstBlock: number, count: number): Promise<MapWindow | undefined> {
    return this.#previous?.window(firstBlock, count);
  }

  async unfinishedWindow(firstBlock: number, count: number): Promise<MapWindow | undefined> {
    const layers = this.#unfinished
      .filter((segment) => segment.firstBlock < firstBlock + count && segment.lastBlock >= firstBlock)
      .map((segment) => segment.layer);
    if (layers.length === 0) return undefined;
    const map = await DiskMap.open(this.#disk, layers);
    try {
      const window = await map.window(firstBlock, count);
      this.#segmentsOfWindow.set(window, map.segments);
      return window;
    } finally {
      await map.close();
    }
  }

  unfinishedSegments(window: MapWindow): readonly string[] {
    return this.#segmentsOfWindow.get(window) ?? [];
  }

  async close(): Promise<void> {
    await this.#previous?.close();
  }
}

/** The checksums of a window at these blocks, in the form a batch takes. */
export function knownOf(window: MapWindow | undefined, blocks: Uint32Array): KnownBlocks {
  const present = new Uint8Array(blocks.length);
  const checksums = new Uint8Array(blocks.length * checksumBytes);
  if (window === undefined) return { present, checksums };
  for (const [position, block] of blocks.entries()) {
    const at = block - window.firstBlock;
    if (window.segment[at]! < 0) continue;
    present[position] = 1;
    checksums.set(checksumAt(window, at), position * checksumBytes);
  }
  return { present, checksums };
}

export function checksumAt(window: MapWindow, position: number): Uint8Array {
  return window.checksum.subarray(position * checksumBytes, (position + 1) * checksumBytes);
}

/**
 * Segments that the previous recovery point does not need. Which point wrote them does not matter: they are
 * offered by checksum only. Copies have lost records and are left out, as are ones that cannot be
 * read.
 */
async function findUnfinished(
  task: DiskTask,
  disk: DiskFolder,
  used: ReadonlySet<string>,
  distrusted: ReadonlySet<string>,
): Promise<UnfinishedSegment[]> {
  const found: UnfinishedSegment[] = [];
  for (const file of await task.machine.layerFiles(task.diskId)) {
    const { kind, id } = file;
    if (kind !== "segment" || file.copy > 0 || used.has(id) || distrusted.has(id)) continue;
    try {
      const reader = await LayerReader.openCopy(disk, file);
      const { pages, entryCount, moves } = reader.directory;
      await reader.close();
      if (pages.length === 0 || moves !== undefined) continue;
      const layer = { kind, id, entryCount };
      found.push({ layer, firstBlock: pages[0]!.firstBlock, lastBlock: pages.at(-1)!.lastBlock });
    } catch (error) {
      if (!hasCode(error, "Damaged")) throw error;
    }
  }
  return found;
}

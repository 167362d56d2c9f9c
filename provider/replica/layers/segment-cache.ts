import { type DiskFolder, LayerReader } from "./layer-reader.ts";

/**
 * Open objects a thread holds at most; the one that was not used for longest is closed first. In a folder each is an open
 * file, over a line only what was read of its end.
 */
const openMax = { inFolder: 64, overLine: 1024 };

/** Segments of one disk, opened when first needed. */
export class SegmentCache {
  readonly #disk: DiskFolder;
  readonly #openMax: number;
  readonly #open = new Map<string, Promise<LayerReader>>();

  constructor(disk: DiskFolder) {
    this.#disk = disk;
    this.#openMax = disk.objects.traits.parallel > 1 ? openMax.overLine : openMax.inFolder;
  }

  /** The segment of an id. It may be closed once many others were asked for. */
  async get(id: string): Promise<LayerReader> {
    const known = this.#open.get(id);
    if (known === undefined) await this.#makeRoom();
    const reader = known ?? this.#open.get(id) ?? LayerReader.open(this.#disk, "segment", id);
    // Deleting and setting again moves it to the end of the map's order.
    this.#open.delete(id);
    this.#open.set(id, reader);
    try {
      return await reader;
    } catch (error) {
      this.#open.delete(id);
      throw error;
    }
  }

  async close(): Promise<void> {
    const readers = [...this.#open.values()];
    this.#open.clear();
    for (const reader of await Promise.allSettled(readers)) {
      if (reader.status === "fulfilled") await reader.value.close();
    }
  }

  async #makeRoom(): Promise<void> {
    if (this.#open.size < this.#openMax) return;
    for (const [id, oldest] of this.#open) {
      this.#open.delete(id);
      await (await oldest).close();
      return;
    }
  }
}

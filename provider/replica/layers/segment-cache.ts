import { type DiskFolder, LayerReader } from "./layer-reader.ts";

/** Open objects a thread holds at most; the one that was not used for longest is closed first. */
const openMax = 64;

/** Segments of one disk, opened when first needed. */
export class SegmentCache {
  readonly #disk: DiskFolder;
  readonly #open = new Map<string, Promise<LayerReader>>();

  constructor(disk: DiskFolder) {
    this.#disk = disk;
  }

  /** The segment of an id. It may be closed once `openMax` others were asked for. */
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
    if (this.#open.size < openMax) return;
    for (const [id, oldest] of this.#open) {
      this.#open.delete(id);
      await (await oldest).close();
      return;
    }
  }
}

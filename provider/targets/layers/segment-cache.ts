import { type DiskFolder, LayerReader } from "./layer-reader.ts";

/** Open files a thread holds at most; the one that was not used for longest is closed first. */
const openMax = 64;

/** Segments of one disk, opened when first needed. */
export class SegmentCache {
  readonly #disk: DiskFolder;
  readonly #open = new Map<string, LayerReader>();
  #last: LayerReader | undefined;

  constructor(disk: DiskFolder) {
    this.#disk = disk;
  }

  get(id: string): LayerReader {
    if (this.#last?.id === id) return this.#last;
    let reader = this.#open.get(id);
    if (reader === undefined) {
      reader = new LayerReader(this.#disk, "segment", id);
      this.#makeRoom();
    }
    // Deleting and setting again moves it to the end of the map's order.
    this.#open.delete(id);
    this.#open.set(id, reader);
    this.#last = reader;
    return reader;
  }

  close(): void {
    for (const reader of this.#open.values()) reader.close();
    this.#open.clear();
    this.#last = undefined;
  }

  #makeRoom(): void {
    if (this.#open.size < openMax) return;
    for (const [id, oldest] of this.#open) {
      oldest.close();
      this.#open.delete(id);
      return;
    }
  }
}

import pLimit from "p-limit";
import { damagedObject } from "../damaged-object.ts";
import { checksumBytes, type EntryTable } from "./entry-table.ts";
import { type DiskFolder, LayerReader } from "./layer-reader.ts";
import type { LayerKind } from "./layer-format.ts";
import type { PagePlace } from "./layer-directory.ts";

/** One layer of a recovery point's disk. Newer layers hide older ones, block by block. */
export interface LayerReference {
  readonly kind: LayerKind;
  readonly id: string;
  readonly entryCount: number;
}

/** What a range of blocks holds. Parallel arrays by `block - firstBlock`; structured-cloneable. */
export interface MapWindow {
  readonly firstBlock: number;
  /**
   * Index into `DiskMap.segments`; `absent` when no layer says anything, `zero` when the last one says zeros.
   */
  readonly segment: Int32Array;
  readonly offset: Uint32Array;
  readonly length: Uint32Array;
  readonly checksum: Uint8Array;
}

export const absent = -1;
export const zero = -2;

/** Blocks resolved at a time: 1 GiB of disk, half a MiB of map. Memory does not grow with the disk. */
export const windowBlocks = 16_384;

/** Numbers for segment ids, so that windows can hold them; may be shared by several maps. */
export class SegmentNumbers {
  readonly ids: string[] = [];
  readonly #numbers = new Map<string, number>();

  of(id: string): number {
    let number = this.#numbers.get(id);
    if (number === undefined) {
      number = this.ids.push(id) - 1;
      this.#numbers.set(id, number);
    }
    return number;
  }
}

/** Several layers seen as one map from blocks to records. Holds their files open until `close`. */
export class DiskMap {
  readonly #numbers: SegmentNumbers;
  readonly #layers: LayerReader[] = [];
  /** The page of each layer that was looked at last: questions come in ascending order. */
  readonly #lastPages = new Map<LayerReader, { readonly number: number; readonly entries: EntryTable }>();

  private constructor(numbers: SegmentNumbers) {
    this.#numbers = numbers;
  }

  static async open(
    disk: DiskFolder,
    layers: readonly LayerReference[],
    numbers = new SegmentNumbers(),
  ): Promise<DiskMap> {
    const map = new DiskMap(numbers);
    try {
      const open = ({ kind, id }: LayerReference): Promise<LayerReader> => LayerReader.open(disk, kind, id);
      const opened = await pLimit(disk.objects.traits.parallel).map(layers, (layer) =>
        open(layer).then(
          (reader) => ({ reader }),
          (error: unknown) => ({ error }),
        ),
      );
      for (const one of opened) if ("reader" in one) map.#layers.push(one.reader);
      for (const one of opened) if ("error" in one) throw one.error;
      return map;
    } catch (error) {
      await map.close();
      throw error;
    }
  }

  /** Ids of all segments that windows point to by index. Grows as layers are read. */
  get segments(): readonly string[] {
    return this.#numbers.ids;
  }

  /** The first block from `block` on that a layer says something of; undefined: none does. */
  async nextCovered(block: number): Promise<number | undefined> {
    let next: number | undefined;
    for (const layer of this.#layers) {
      const candidate = await this.#nextIn(layer, block);
      if (candidate !== undefined && (next === undefined || candidate < next)) next = candidate;
    }
    return next;
  }

  async #nextIn(layer: LayerReader, block: number): Promise<number | undefined> {
    const number = firstPageFrom(layer.directory.pages, block);
    const place = layer.directory.pages[number];
    if (place === undefined) return undefined;
    if (block <= place.firstBlock) return place.firstBlock;
    // A page of a sparse disk reaches over holes of any size: its entries say where they are.
    let page = this.#lastPages.get(layer);
    if (page?.number !== number) {
      page = { number, entries: await layer.page(number) };
      this.#lastPages.set(layer, page);
    }
    const { entries } = page;
    let [low, high] = [0, entries.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (entries.block(middle) < block) low = middle + 1;
      else high = middle;
    }
    return low < entries.count ? entries.block(low) : undefined;
  }

  /** Ids of all segments that the layers name, in use or hidden by newer layers. */
  referencedSegments(): string[] {
    return this.#layers.flatMap((layer) => [...layer.directory.segments]);
  }

  async window(firstBlock: number, count: number): Promise<MapWindow> {
    const window: MapWindow = {
      firstBlock,
      segment: new Int32Array(count).fill(absent),
      offset: new Uint32Array(count),
      length: new Uint32Array(count),
      checksum: new Uint8Array(count * checksumBytes),
    };
    await this.applyTo(window);
    return window;
  }

  /** Lays these layers over a window that holds older ones. */
  async applyTo(window: MapWindow): Promise<void> {
    for (const layer of this.#layers) await this.#apply(layer, window);
  }

  async close(): Promise<void> {
    for (const layer of this.#layers.splice(0)) await layer.close();
  }

  async #apply(layer: LayerReader, window: MapWindow): Promise<void> {
    const end = window.firstBlock + window.segment.length;
    const { pages, segments } = layer.directory;
    const firstPage = firstPageFrom(pages, window.firstBlock);
    for (let number = firstPage; number < pages.length && pages[number]!.firstBlock < end; number += 1) {
      const page = await layer.page(number);
      for (let index = 0; index < page.count; index += 1) {
        const position = page.block(index) - window.firstBlock;
        if (position < 0 || position >= window.segment.length) continue;
        const length = page.length(index);
        window.offset[position] = page.offset(index);
        window.length[position] = length;
        window.checksum.set(page.checksum(index), position * checksumBytes);
        if (length === 0) {
          window.segment[position] = zero;
          continue;
        }
        const segment = segments[page.segment(index)];
        if (segment === undefined) throw damagedObject(layer.path, "an entry names no segment");
        window.segment[position] = this.#numbers.of(segment);
      }
    }
  }
}

/** The number of the first page that reaches to `block` or beyond; the page count when none does. */
function firstPageFrom(pages: readonly PagePlace[], block: number): number {
  let low = 0;
  let high = pages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pages[middle]!.lastBlock < block) low = middle + 1;
    else high = middle;
  }
  return low;
}

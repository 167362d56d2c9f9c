/** The blocks of a disk as a recovery point has them, each verified when it is read. */
import { blockSizeBytes } from "../../disks/disk.ts";
import { damagedObject } from "../../replica/damaged-object.ts";
import type { MapWindow } from "../../replica/layers/disk-map.ts";
import { checksumOf } from "../../replica/layers/layer-format.ts";
import { SegmentCache } from "../../replica/layers/segment-cache.ts";
import { checksumAt } from "./known-data.ts";
import { openPinnedDisk, type PinnedDisk } from "./pinned-disk.ts";

/** Windows of the map that are kept, of some 30 KiB each: a read then takes one request. */
const windowBlocks = 1024;
const windowsMax = 256;

export class PointBlocks {
  readonly #pinned: PinnedDisk;
  readonly #segments: SegmentCache;
  /** By their first blocks; the one that was not used for longest comes first. */
  readonly #windows = new Map<number, Promise<MapWindow>>();

  private constructor(pinned: PinnedDisk) {
    this.#pinned = pinned;
    this.#segments = new SegmentCache(pinned.folder);
  }

  /** The point stays pinned until `close`. Throws `NotFound`. */
  static async open(options: Parameters<typeof openPinnedDisk>[0]): Promise<PointBlocks> {
    return new PointBlocks(await openPinnedDisk(options));
  }

  get sizeBytes(): number {
    return this.#pinned.disk.sizeBytes;
  }

  /** How many blocks may be read at once. */
  get parallel(): number {
    return this.#pinned.folder.objects.traits.parallel;
  }

  /** The first block from `block` on of which the point says anything; all before it are zeros. */
  nextCovered(block: number): Promise<number | undefined> {
    return this.#pinned.map.nextCovered(block);
  }

  /** Whether the point has data for a block of which it says something. */
  async hasData(block: number): Promise<boolean> {
    const window = await this.#windowOf(block);
    return window.segment[block - window.firstBlock]! >= 0;
  }

  /** The whole block; the last one of a disk may be shorter. Throws `Damaged`. */
  async read(block: number): Promise<Buffer> {
    const lengthBytes = Math.min(blockSizeBytes, this.sizeBytes - block * blockSizeBytes);
    const window = await this.#windowOf(block);
    const position = block - window.firstBlock;
    if (window.segment[position]! < 0) return Buffer.alloc(lengthBytes);
    const reader = await this.#segments.get(this.#pinned.map.segments[window.segment[position]!]!);
    const plain = await reader.readBlock(block, window.offset[position]!, window.length[position]!);
    if (plain.length !== lengthBytes || !checksumOf(plain).equals(checksumAt(window, position))) {
      throw damagedObject(reader.path, `the data of block ${block} has another checksum`);
    }
    return plain;
  }

  async close(): Promise<void> {
    await this.#segments.close();
    await this.#pinned.close();
  }

  #windowOf(block: number): Promise<MapWindow> {
    const first = block - (block % windowBlocks);
    const window = this.#windows.get(first) ?? this.#pinned.map.window(first, windowBlocks);
    // Deleting and setting again moves it to the end of the map's order.
    this.#windows.delete(first);
    this.#windows.set(first, window);
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= windowsMax) break;
      this.#windows.delete(oldest);
    }
    window.catch(() => this.#windows.delete(first));
    return window;
  }
}

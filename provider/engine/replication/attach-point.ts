/**
 * Instant attach: a disk of a recovery point, readable and writable at once whatever its size. What is
 * written goes to an overlay image of its own; what was never written is read from the replica, verified.
 * The replica is not touched. `fill` copies the rest behind the scenes; after it the overlay is an ordinary,
 * whole image.
 *
 * The overlay is a sparse image; overlay-marks.ts keeps which blocks of it count.
 */
import pLimit, { type LimitFunction } from "p-limit";
import type { FileSystem, OpenFile } from "../../blocks/file-system.ts";
import { blockCountOf, blockSizeBytes } from "../../disks/disk.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { currentBootId } from "../../disks/boot-id.ts";
import { DeviceTrust } from "../../disks/device-trust.ts";
import type { ReplicaStore } from "../../replica/replica-store.ts";
import { openOverlay, type Overlay } from "./open-overlay.ts";
import { allocationOf, type ZeroExtent } from "./overlay-allocation.ts";
import type { OverlayMarks } from "./overlay-marks.ts";
import { PointBlocks } from "./point-blocks.ts";
import { said } from "../../message.ts";

export interface AttachOptions {
  readonly store: ReplicaStore;
  /** What the store calls the point's machine. Without it the point is looked for in all machines. */
  readonly machineId?: string | undefined;
  readonly pointId: string;
  readonly diskId: string;
  /**
   * Made if it is not there; continued if it was made for the same disk of the same point. A file that is
   * no overlay is refused with `AlreadyExists`.
   */
  readonly overlayPath: string;
  /** Which boot of the machine this is. Default: the present one. */
  readonly bootId?: string;
}

export interface AttachedDisk {
  readonly path: string;
  readonly sizeBytes: number;
  /** Fills all of `buffer` from `offset` on. */
  read(buffer: Uint8Array, offset: number): Promise<void>;
  write(data: Uint8Array, offset: number): Promise<void>;
  /** Makes all acknowledged writes survive a power cut. */
  flush(): Promise<void>;
  /** What is known to be zeros from `offset` on, without reading it; it may say less than was asked for. */
  allocation(offset: number, lengthBytes: number): Promise<ZeroExtent[]>;
  close(): Promise<void>;
  /** Blocks that the overlay lacks. At 0 and after a flush it is the whole disk, and needs its marks no more. */
  readonly lackingCount: number;
  /** Copies blocks that the overlay lacks, up to a number; returns how many are still missing. */
  fill(blocksMax: number): Promise<number>;
}

/** Opens a recovery point's disk for reading and writing. It stays pinned until `close`. */
export async function attachPoint(options: AttachOptions): Promise<AttachedDisk> {
  const { store, pointId, diskId, overlayPath, bootId = currentBootId() } = options;
  const overlay = { path: overlayPath, origin: JSON.stringify([pointId, diskId]), bootId };
  const point = await PointBlocks.open(options);
  try {
    return new OverlayDisk(store.files, overlay, point);
  } catch (error) {
    await point.close();
    throw await store.explain(error);
  }
}

class OverlayDisk implements AttachedDisk {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #image: OpenFile;
  readonly #marks: OverlayMarks;
  readonly #point: PointBlocks;
  readonly #trust: DeviceTrust;
  readonly #limit: LimitFunction;

  constructor(files: FileSystem, overlay: Overlay, point: PointBlocks) {
    const { sizeBytes } = point;
    this.path = overlay.path;
    this.sizeBytes = sizeBytes;
    this.#point = point;
    this.#limit = pLimit(point.parallel);
    const { image, marks } = openOverlay(files, overlay, sizeBytes);
    this.#image = image;
    this.#marks = marks;
    this.#trust = new DeviceTrust(overlay.path, () => marks.forgetPending());
  }

  get lackingCount(): number {
    return this.#marks.lackingCount;
  }

  async read(buffer: Uint8Array, offset: number): Promise<void> {
    const parts = this.#blocksOf(offset, buffer.length);
    await this.#limit.map(parts, async ({ block, from, to }) => {
      const part = buffer.subarray(from - offset, to - offset);
      const original = this.#marks.has(block) ? undefined : await this.#point.read(block);
      // Written meanwhile: the image has it now.
      if (original === undefined || this.#marks.has(block)) this.#image.read(part, from);
      else part.set(original.subarray(from - block * blockSizeBytes, to - block * blockSizeBytes));
    });
  }

  async write(data: Uint8Array, offset: number): Promise<void> {
    this.#trust.check();
    for (const { block, from, to } of this.#blocksOf(offset, data.length)) {
      const isWhole = to - from === this.#lengthOf(block);
      const original = isWhole || this.#marks.has(block) ? undefined : await this.#point.read(block);
      // Another write may have filled the block while this one waited for its bytes.
      if (original !== undefined && !this.#marks.has(block)) {
        this.#image.write(original, block * blockSizeBytes);
      }
      this.#image.write(data.subarray(from - offset, to - offset), from);
      this.#marks.add(block);
    }
  }

  allocation(offset: number, lengthBytes: number): Promise<ZeroExtent[]> {
    return allocationOf(
      {
        image: this.#image,
        has: (block) => this.#marks.has(block),
        nextCovered: (block) => this.#point.nextCovered(block),
        hasData: (block) => this.#point.hasData(block),
      },
      offset,
      lengthBytes,
    );
  }

  async flush(): Promise<void> {
    this.#trust.check();
    const marks = this.#marks.pending();
    await this.#image.syncLater().catch((error: unknown) => this.#trust.lose(error));
    this.#marks.confirm(marks);
  }

  async fill(blocksMax: number): Promise<number> {
    const filled: number[] = [];
    for (let block = this.#marks.nextLacking(0); block >= 0 && filled.length < blocksMax;) {
      const holesEnd = await this.#holesEnd(block);
      if (holesEnd > block) {
        this.#marks.addHoles(block, holesEnd);
        block = this.#marks.nextLacking(holesEnd);
        continue;
      }
      const data = await this.#point.read(block);
      // A write that came meanwhile counts; and what is zeros already stays a hole.
      if (!this.#marks.has(block)) {
        if (!this.#holds(data, block)) this.#image.write(data, block * blockSizeBytes);
        filled.push(block);
      }
      block = this.#marks.nextLacking(block + 1);
    }
    this.#marks.addAll(filled);
    return this.#marks.lackingCount;
  }

  async close(): Promise<void> {
    this.#image.close();
    this.#marks.close();
    await this.#point.close();
  }

  #holds(data: Buffer, block: number): boolean {
    const held = Buffer.alloc(data.length);
    this.#image.read(held, block * blockSizeBytes);
    return held.equals(data);
  }

  /** Where the run of blocks from `block` on ends of which neither the point nor the image has data. */
  async #holesEnd(block: number): Promise<number> {
    if (this.#image.nextExtent === undefined) return block;
    const data = this.#image.nextExtent(block * blockSizeBytes);
    const inImage = data === undefined ? Infinity : Math.floor(data.start / blockSizeBytes);
    const inPoint = (await this.#point.nextCovered(block)) ?? Infinity;
    return Math.min(inImage, inPoint, blockCountOf(this.sizeBytes));
  }

  #lengthOf(block: number): number {
    return Math.min(blockSizeBytes, this.sizeBytes - block * blockSizeBytes);
  }

  /** The blocks that a range of bytes touches, each with the bytes of it. Throws `InvalidInput` if it is not within the disk. */
  #blocksOf(offset: number, length: number): BlockPart[] {
    if (offset < 0 || offset + length > this.sizeBytes) {
      const message = said`Bytes ${offset} to ${offset + length} are not within ${this.path} (${this.sizeBytes}
          bytes).`;
      throw new SiteRecoveryError("InvalidInput", message, { target: this.path });
    }
    const parts: BlockPart[] = [];
    for (let from = offset; from < offset + length;) {
      const block = Math.floor(from / blockSizeBytes);
      const to = Math.min(offset + length, (block + 1) * blockSizeBytes);
      parts.push({ block, from, to });
      from = to;
    }
    return parts;
  }
}

interface BlockPart {
  readonly block: number;
  readonly from: number;
  readonly to: number;
}

import type { FileSystem } from "../../blocks/file-system.ts";
import { blockSizeBytes } from "../../disks/disk.ts";
import type { DiskExtent, ServedDisk } from "../../nbd/served-disk.ts";
import type { AttachedDisk } from "../replication/attach-point.ts";
import { marksPathOf } from "../replication/overlay-marks.ts";

/** One disk of a recovery point while it is attached: the disk that is served, and what becomes of its overlay. */
export class OverlaySession implements ServedDisk {
  readonly diskId: string;
  readonly #disk: AttachedDisk;
  readonly #files: FileSystem;
  readonly #release: () => void;
  #syncFailure: Error | undefined;

  /** `release` gives back what keeps other processes from the overlay. */
  constructor(diskId: string, disk: AttachedDisk, files: FileSystem, release: () => void) {
    this.diskId = diskId;
    this.#disk = disk;
    this.#files = files;
    this.#release = release;
  }

  get overlayPath(): string {
    return this.#disk.path;
  }

  get sizeBytes(): number {
    return this.#disk.sizeBytes;
  }

  get lackingBlocks(): number {
    return this.#disk.lackingCount;
  }

  /** At most the size of the disk. */
  get lackingBytes(): number {
    return Math.min(this.sizeBytes, this.lackingBlocks * blockSizeBytes);
  }

  read(buffer: Uint8Array, offset: number): Promise<void> {
    return this.#disk.read(buffer, offset);
  }

  write(data: Uint8Array, offset: number): Promise<void> {
    return this.#disk.write(data, offset);
  }

  allocation(offset: number, lengthBytes: number): Promise<DiskExtent[]> {
    return this.#disk.allocation(offset, lengthBytes);
  }

  /** Once it has failed it keeps failing: what the device has lost by then does not come back by asking again. */
  async flush(): Promise<void> {
    if (this.#syncFailure) throw this.#syncFailure;
    try {
      await this.#disk.flush();
    } catch (error) {
      this.#syncFailure = error as Error;
      throw error;
    }
  }

  /** Copies some more of the recovery point into the overlay; the rest that it lacks. */
  fill(blocksMax: number): Promise<number> {
    return this.#disk.fill(blocksMax);
  }

  /** Closes the disk, also when its last flush fails. The overlay stays one, also if it holds the whole disk. */
  async suspend(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#disk.close();
      this.#release();
    }
  }

  /**
   * Closes the disk, also when its last flush fails. An overlay that holds the whole disk is an ordinary image from
   * then on; `discard` removes it. Returns whether an image needs no recovery point.
   */
  async close(discard: boolean): Promise<boolean> {
    if (discard) await this.#disk.close().finally(this.#release);
    else await this.suspend();
    const isWhole = this.lackingBlocks === 0;
    if (isWhole || discard) this.#files.remove(marksPathOf(this.overlayPath));
    if (discard) this.#files.remove(this.overlayPath);
    return isWhole && !discard;
  }
}

/**
 * The owner's side of a snapshot: keeps the old content of a block before the block's first overwrite.
 *
 * When there is no space for it, the snapshot is given up and the write continues: a source must never suffer
 * from being replicated. Readers then get an error, and the cycle is repeated later.
 */
import { crc32 } from "node:zlib";
import type { FileSystem, OpenFile } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import { BlockSet } from "./block-set.ts";
import { blockCountOf, blockSizeBytes } from "./disk.ts";
import {
  blockMarks,
  checksumBytes,
  checksumPosition,
  dataPosition,
  encodeSnapshotHeader,
  mapPosition,
  readSnapshotHeader,
} from "./snapshot-file.ts";
import {
  readSnapshotState,
  snapshotHeaderBytes,
  isSnapshotFile,
  snapshotPathOf,
  writeSnapshotState,
} from "./snapshot-file.ts";
import type { SnapshotHeader } from "./snapshot-file.ts";

const blocksAtOnce = 16;
const zeroBlock = Buffer.alloc(blockSizeBytes);

export class PreservedBlocks {
  readonly header: SnapshotHeader;
  readonly #files: FileSystem;
  readonly #file: OpenFile;
  readonly #kept: BlockSet;
  #buffer: Buffer | undefined;
  #lost = false;

  private constructor(files: FileSystem, file: OpenFile, header: SnapshotHeader) {
    this.header = header;
    this.#files = files;
    this.#file = file;
    this.#kept = new BlockSet(blockCountOf(header.sizeBytes));
  }

  static create(files: FileSystem, diskPath: string, header: SnapshotHeader): PreservedBlocks {
    const filePath = snapshotPathOf(diskPath);
    const file = files.open(filePath, "createNew");
    try {
      file.truncate(dataPosition(header.sizeBytes) + header.sizeBytes);
      file.write(encodeSnapshotHeader(header), 0);
    } catch (error) {
      file.close();
      files.remove(filePath);
      throw error;
    }
    return new PreservedBlocks(files, file, header);
  }

  /**
   * Continues the snapshot that is beside a disk if `isWanted` says so. Otherwise it is ended, so
   * that no reader takes it for true any longer, and removed.
   */
  static adopt(
    files: FileSystem,
    diskPath: string,
    isWanted: (header: SnapshotHeader) => boolean,
  ): PreservedBlocks | undefined {
    const filePath = snapshotPathOf(diskPath);
    if (!files.exists(filePath)) return undefined;
    const file = files.open(filePath, "readWrite");
    try {
      const header = readSnapshotHeader(file);
      const state = readSnapshotState(file);
      if (header !== undefined && state !== "ended" && isWanted(header)) {
        const blocks = new PreservedBlocks(files, file, header);
        blocks.#lost = state === "lost";
        if (!blocks.#lost) blocks.#loadMap();
        return blocks;
      }
      // A file of another program, such as a person's copy of the image, is not ours to change or remove.
      if (header === undefined && !isSnapshotFile(file, files.facts(diskPath).sizeBytes)) {
        throw new SiteRecoveryError(
          "PrerequisitesNotMet",
          said`${filePath} is no file of this engine, and has a name that a snapshot of the disk needs. Give it another name.`,
          { target: filePath },
        );
      }
      writeSnapshotState(file, "ended");
      files.remove(filePath);
    } catch (error) {
      file.close();
      throw error;
    }
    file.close();
    return undefined;
  }

  /** To be called before the blocks are overwritten. Throws only when readers could otherwise be misled. */
  preserve(image: OpenFile, firstBlock: number, blockCount: number): void {
    if (this.#lost || this.#kept.hasRange(firstBlock, blockCount)) return;
    try {
      for (let block = firstBlock; block < firstBlock + blockCount;) {
        if (this.#kept.has(block)) {
          block += 1;
          continue;
        }
        let count = 1;
        while (
          count < blocksAtOnce &&
          block + count < firstBlock + blockCount &&
          !this.#kept.has(block + count)
        ) {
          count += 1;
        }
        this.#preserveRun(image, block, count);
        block += count;
      }
    } catch {
      // The error itself reaches the reader as the state "lost"; the write that came first continues.
      this.#giveUp();
    }
  }

  /** No reader will trust it any more; then it is deleted. */
  end(): void {
    writeSnapshotState(this.#file, "ended");
    this.#file.close();
    this.#files.remove(this.#file.path);
  }

  /** Leaves it as it is, for the next owner of the disk. */
  close(): void {
    this.#file.close();
  }

  #giveUp(): void {
    writeSnapshotState(this.#file, "lost");
    this.#lost = true;
    this.#file.truncate(snapshotHeaderBytes);
  }

  #preserveRun(image: OpenFile, firstBlock: number, blockCount: number): void {
    const start = firstBlock * blockSizeBytes;
    const end = Math.min(start + blockCount * blockSizeBytes, this.header.sizeBytes);
    this.#buffer ??= Buffer.alloc(blocksAtOnce * blockSizeBytes);
    const content = this.#buffer.subarray(0, end - start);
    image.read(content, start);
    const marks = Buffer.alloc(blockCount);
    const checksums = Buffer.alloc(blockCount * checksumBytes);
    for (let index = 0; index < blockCount; index += 1) {
      const block = content.subarray(index * blockSizeBytes, (index + 1) * blockSizeBytes);
      marks[index] =
        zeroBlock.compare(block, 0, block.length, 0, block.length) === 0
          ? blockMarks.zero
          : blockMarks.preserved;
      checksums.writeUInt32LE(crc32(block), index * checksumBytes);
    }
    const base = dataPosition(this.header.sizeBytes) + start;
    for (let index = 0; index < blockCount;) {
      const mark = marks[index];
      let last = index;
      while (last < blockCount && marks[last] === mark) last += 1;
      if (mark === blockMarks.preserved) {
        const part = content.subarray(index * blockSizeBytes, last * blockSizeBytes);
        this.#file.write(part, base + index * blockSizeBytes);
      }
      index = last;
    }
    // The mark comes last: a reader that meets it finds the rest.
    this.#file.write(checksums, checksumPosition(this.header.sizeBytes) + firstBlock * checksumBytes);
    this.#file.write(marks, mapPosition + firstBlock);
    this.#kept.addRange(firstBlock, blockCount);
  }

  #loadMap(): void {
    const map = Buffer.alloc(this.#kept.limit);
    this.#file.read(map, mapPosition);
    for (let block = 0; block < map.length; block += 1) {
      if (map[block] !== blockMarks.inImage) this.#kept.add(block);
    }
  }
}

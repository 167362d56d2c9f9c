/** Reads a snapshot from any thread or process, by its plain description. */
import { crc32 } from "node:zlib";
import { localFileSystem } from "../blocks/file-system.ts";
import type { FileSystem, OpenFile } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { blockSizeBytes } from "./disk.ts";
import type { PreservedSnapshotSpec, ShownSnapshotSpec, SnapshotReader, SnapshotReaderSpec } from "./disk.ts";
import {
  blockMarks,
  checksumBytes,
  checksumPosition,
  dataPosition,
  mapPosition,
  readSnapshotHeader,
  readSnapshotState,
} from "./snapshot-file.ts";
import { checkRange } from "./check-range.ts";
import { said } from "../message.ts";

/** Throws `Busy` when the snapshot has ended meanwhile. */
export function openSnapshotReader(
  spec: SnapshotReaderSpec,
  files: FileSystem = localFileSystem,
): SnapshotReader {
  if ("shownPath" in spec) return new ShownSnapshotReader(spec, files.open(spec.shownPath, "read"));
  if (!files.exists(spec.snapshotPath)) throw ended(spec);
  const image = files.open(spec.diskPath, "read");
  let snapshot: OpenFile | undefined;
  try {
    snapshot = files.open(spec.snapshotPath, "read");
    if (readSnapshotHeader(snapshot)?.snapshotId !== spec.snapshotId) throw ended(spec);
    return new FileSnapshotReader(spec, image, snapshot);
  } catch (error) {
    image.close();
    snapshot?.close();
    throw error;
  }
}

function ended(spec: PreservedSnapshotSpec): SiteRecoveryError {
  const message = said`The snapshot of ${spec.diskPath} has ended. Run the replication cycle again.`;
  return new SiteRecoveryError("Busy", message, { target: spec.diskPath });
}

/** What its file cannot show any more it refuses to read. */
class ShownSnapshotReader implements SnapshotReader {
  readonly sizeBytes: number;
  readonly #path: string;
  readonly #file: OpenFile;

  constructor({ shownPath, sizeBytes }: ShownSnapshotSpec, file: OpenFile) {
    this.sizeBytes = sizeBytes;
    this.#path = shownPath;
    this.#file = file;
  }

  read(buffer: Uint8Array, offset: number): void {
    checkRange(this.#path, this.sizeBytes, offset, buffer.length);
    for (let done = 0; done < buffer.length;) {
      const count = this.#file.read(buffer.subarray(done), offset + done);
      if (count === 0) throw cutShort(this.#path);
      done += count;
    }
  }

  close(): void {
    this.#file.close();
  }
}

function cutShort(shownPath: string): SiteRecoveryError {
  const message = said`The snapshot at ${shownPath} ends before its disk does. Run the replication cycle again.`;
  return new SiteRecoveryError("Busy", message, { target: shownPath });
}

class FileSnapshotReader implements SnapshotReader {
  readonly sizeBytes: number;
  readonly #spec: PreservedSnapshotSpec;
  readonly #image: OpenFile;
  readonly #snapshot: OpenFile;

  constructor(spec: PreservedSnapshotSpec, image: OpenFile, snapshot: OpenFile) {
    this.sizeBytes = spec.sizeBytes;
    this.#spec = spec;
    this.#image = image;
    this.#snapshot = snapshot;
  }

  read(buffer: Uint8Array, offset: number): void {
    checkRange(this.#spec.diskPath, this.sizeBytes, offset, buffer.length);
    if (buffer.length === 0) return;
    const count = this.#image.read(buffer, offset);
    // The map comes after the image, and the state after everything: see snapshot-file.ts.
    const firstBlock = Math.floor(offset / blockSizeBytes);
    const map = Buffer.alloc(Math.floor((offset + buffer.length - 1) / blockSizeBytes) - firstBlock + 1);
    this.#snapshot.read(map, mapPosition + firstBlock);
    for (let index = 0; index < map.length; index += 1) {
      if (map[index] !== blockMarks.inImage) this.#replace(buffer, offset, firstBlock + index, map[index]!);
    }
    this.#checkState();
    if (count < buffer.length) {
      const message = said`The image ${this.#spec.diskPath} shrank while it was read. Replicate it again.`;
      throw new SiteRecoveryError("Damaged", message, { target: this.#spec.diskPath });
    }
  }

  close(): void {
    this.#image.close();
    this.#snapshot.close();
  }

  #replace(buffer: Uint8Array, offset: number, block: number, mark: number): void {
    const start = Math.max(offset, block * blockSizeBytes);
    const end = Math.min(offset + buffer.length, (block + 1) * blockSizeBytes);
    const part = buffer.subarray(start - offset, end - offset);
    if (mark === blockMarks.zero) part.fill(0);
    else if (mark === blockMarks.preserved) this.#readPreserved(part, start, block);
    else this.#refuseDamage(block);
  }

  #readPreserved(part: Uint8Array, start: number, block: number): void {
    const from = block * blockSizeBytes;
    const length = Math.min(blockSizeBytes, this.sizeBytes - from);
    const content = part.length === length ? part : Buffer.alloc(length);
    const checksum = Buffer.alloc(checksumBytes);
    this.#snapshot.read(checksum, checksumPosition(this.sizeBytes) + block * checksumBytes);
    this.#snapshot.read(content, dataPosition(this.sizeBytes) + from);
    if (crc32(content) !== checksum.readUInt32LE()) this.#refuseDamage(block);
    if (content !== part) part.set(content.subarray(start - from, start - from + part.length));
  }

  /** What ended or was lost meanwhile has no old content any more, and says so first. */
  #refuseDamage(block: number): never {
    this.#checkState();
    const where = this.#spec.snapshotPath;
    const message = said`The snapshot file ${where} is damaged: the old content of block ${block} is not what was kept. The next
        replication cycle takes another snapshot. Check the device that holds it.`;
    throw new SiteRecoveryError("Damaged", message, { target: where });
  }

  #checkState(): void {
    const state = readSnapshotState(this.#snapshot);
    if (state === "ended") throw ended(this.#spec);
    if (state === "lost") {
      const where = this.#spec.snapshotPath;
      const message = said`No space was left for old blocks in ${where}: the snapshot is lost. Free some space.`;
      throw new SiteRecoveryError("DiskFull", message, { target: this.#spec.diskPath });
    }
  }
}

import type { KeyObject } from "node:crypto";
import type { FileSystem, OpenFile } from "../../blocks/file-system.ts";
import { hasCode } from "../../errors.ts";
import { damagedObject } from "../damaged-object.ts";
import type { KeyRing } from "../key-ring.ts";
import { EntryTable } from "./entry-table.ts";
import { decodeDirectory, type LayerDirectory } from "./layer-directory.ts";
import {
  encodeHeader,
  headerBytes,
  type LayerKind,
  openBytes,
  openRecord,
  pageNonce,
  tagBytes,
  tailBytes,
  tailMagic,
} from "./layer-format.ts";
import { layerPath } from "./layer-writer.ts";

/** Where the layer files of one disk are and what opens them. */
export interface DiskFolder {
  readonly files: FileSystem;
  readonly ring: KeyRing;
  readonly folder: string;
  readonly scope: string;
}

/**
 * An open layer file. Opening verifies header, tail and directory; pages and records are verified when they
 * are read. Every failure is a `Damaged` error that names the file, its absence included.
 */
export class LayerReader {
  readonly path: string;
  readonly id: string;
  readonly kind: LayerKind;
  readonly directory: LayerDirectory;
  /** Where index pages begin: the end of the records. */
  readonly recordsEnd: number;
  readonly sizeBytes: number;
  readonly #file: OpenFile;
  readonly #key: KeyObject;

  constructor(disk: DiskFolder, kind: LayerKind, id: string) {
    this.path = layerPath(disk.folder, kind, id);
    this.id = id;
    this.kind = kind;
    const fileId = Buffer.from(id, "hex");
    this.#key = disk.ring.layerKey(fileId, disk.scope);
    this.#file = openStored(disk.files, this.path);
    try {
      this.sizeBytes = this.#file.size().sizeBytes;
      const { directory, offset } = this.#readDirectory(encodeHeader(kind, disk.ring.storeId, fileId));
      this.directory = directory;
      this.recordsEnd = directory.pages[0]?.offset ?? offset;
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  get key(): KeyObject {
    return this.#key;
  }

  /** The entries of one index page. */
  page(index: number): EntryTable {
    const place = this.directory.pages[index];
    if (place === undefined) throw damagedObject(this.path, `it has no index page ${index}`);
    return new EntryTable(
      this.#open(pageNonce(index), Buffer.alloc(0), this.readRaw(place.offset, place.lengthBytes), "index"),
    );
  }

  /** Where the record is now that entries know by this offset; throws `Damaged` when it is not kept. */
  physicalOffset(offset: number): number {
    if (this.directory.moves === undefined) return offset;
    const moved = this.directory.moves.get(offset);
    if (moved === undefined) throw damagedObject(this.path, `the record at ${offset} is not there`);
    return moved;
  }

  /** So many bytes as they are stored, from a physical offset. */
  readRaw(offset: number, lengthBytes: number): Buffer {
    return this.readInto(Buffer.allocUnsafe(lengthBytes), offset);
  }

  readInto(buffer: Buffer, offset: number): Buffer {
    if (offset + buffer.length > this.sizeBytes || this.#file.read(buffer, offset) !== buffer.length) {
      throw damagedObject(this.path, "it is cut short");
    }
    return buffer;
  }

  /** The plain bytes of the record that an entry names; verified. */
  readBlock(block: number, offset: number, length: number): Buffer {
    return openRecord(this.#key, this.readRaw(this.physicalOffset(offset), length), block, this.path);
  }

  close(): void {
    this.#file.close();
  }

  #readDirectory(expectedHeader: Buffer): { directory: LayerDirectory; offset: number } {
    const header = this.readRaw(0, headerBytes);
    if (!header.equals(expectedHeader)) throw damagedObject(this.path, "its header is wrong");
    if (this.sizeBytes < headerBytes + tailBytes) throw damagedObject(this.path, "it is cut short");
    const tail = this.readRaw(this.sizeBytes - tailBytes, tailBytes);
    const offset = Number(tail.readBigUInt64LE(8));
    const length = tail.readUInt32LE(16);
    if (!tail.subarray(0, 8).equals(tailMagic) || length < tagBytes) {
      throw damagedObject(this.path, "its end is wrong");
    }
    if (offset + length + tailBytes !== this.sizeBytes) throw damagedObject(this.path, "its length is wrong");
    const plain = this.#open(tail.subarray(20), header, this.readRaw(offset, length), "directory");
    return { directory: decodeDirectory(plain), offset };
  }

  #open(nonce: Uint8Array, associated: Uint8Array, sealed: Buffer, what: string): Buffer {
    try {
      return openBytes(this.#key, nonce, associated, sealed);
    } catch (error) {
      throw damagedObject(this.path, `its ${what} does not match its authentication tag`, error);
    }
  }
}

/** Opens a stored object for reading; one that should be there and is not counts as damaged. */
function openStored(files: FileSystem, filePath: string): OpenFile {
  try {
    return files.open(filePath, "read");
  } catch (error) {
    if (hasCode(error, "NotFound")) {
      throw damagedObject(filePath, "it is missing", error);
    }
    throw error;
  }
}

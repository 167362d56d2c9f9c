import type { KeyObject } from "node:crypto";
import type { FileSystem, OpenFile } from "../../blocks/file-system.ts";
import type { LocalFile } from "../../ports/objects.ts";
import { systemRandom } from "../../random.ts";
import { EntryTable } from "./entry-table.ts";
import { encodeDirectory, type PagePlace } from "./layer-directory.ts";
import {
  encodeHeader,
  entriesPerPage,
  headerBytes,
  type LayerKind,
  pageNonce,
  sealBytes,
  tailBytes,
  tailMagic,
} from "./layer-format.ts";

/** Everything that must be known to write a layer file; structured-cloneable but for the key. */
export interface LayerIdentity {
  /** Where it is written on this computer, before it is put in its place at the target. */
  readonly path: string;
  readonly kind: LayerKind;
  readonly storeId: Uint8Array;
  readonly fileId: Uint8Array;
  readonly key: KeyObject;
}

/** Bytes that are worth being brought to the device while more are made. */
const beginBytes = 4 * 1_048_576;

/** The ending of a file that is being written; such a file is swept when its writer is gone. */
export const partialEnding = ".partial";

/**
 * Writes a layer file from front to back on this computer. Records first, then entries in ascending block order, then
 * `seal`, then `finish`. Memory: one page and the page list. When a method throws, the caller calls `discard`.
 */
export class LayerWriter {
  readonly #files: FileSystem;
  readonly #identity: LayerIdentity;
  readonly #header: Buffer;
  readonly #file: OpenFile;
  readonly #page = new EntryTable();
  readonly #pages: PagePlace[] = [];
  readonly #segmentIndexes = new Map<string, number>();
  #entryCount = 0;
  #moves: Map<number, number> | undefined;
  #position = headerBytes;
  /** What is on its way to the device. */
  #begunBytes = 0;
  #closed = false;

  constructor(files: FileSystem, identity: LayerIdentity) {
    this.#files = files;
    this.#identity = identity;
    this.#header = encodeHeader(identity.kind, identity.storeId, identity.fileId);
    files.remove(identity.path);
    this.#file = files.open(identity.path, "createNew");
    try {
      this.#file.write(this.#header, 0);
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  get sizeBytes(): number {
    return this.#position;
  }

  get entryCount(): number {
    return this.#entryCount + this.#page.count;
  }

  /** Appends bytes that are sealed already (records); returns the offset they begin at. */
  appendSealed(bytes: Uint8Array): number {
    const at = this.#position;
    this.#file.write(bytes, at);
    this.#position += bytes.length;
    if (this.#position - this.#begunBytes >= beginBytes) {
      this.#file.beginSync?.(this.#begunBytes, this.#position - this.#begunBytes);
      this.#begunBytes = this.#position;
    }
    return at;
  }

  /** The number of a segment in this file's table; it is added when new. */
  segmentIndex(segmentId: string): number {
    const known = this.#segmentIndexes.get(segmentId);
    if (known !== undefined) return known;
    this.#segmentIndexes.set(segmentId, this.#segmentIndexes.size);
    return this.#segmentIndexes.size - 1;
  }

  /** Adds an entry; blocks must come in ascending order. Length 0 says that the block is all zeros. */
  addEntry(block: number, segment: number, offset: number, length: number, checksum?: Uint8Array): void {
    this.#page.push(block, segment, offset, length, checksum);
    if (this.#page.count === entriesPerPage) this.#flushPage();
  }

  /** For a compaction: an index page as it was sealed in an earlier version of this file, same number. */
  addSealedPage(place: PagePlace, sealed: Uint8Array, entryCount: number): void {
    this.#pages.push({ ...place, offset: this.appendSealed(sealed) });
    this.#entryCount += entryCount;
  }

  /** For a compaction: says where the records are that entries know by their first offset. */
  setMoves(moves: Map<number, number>): void {
    this.#moves = moves;
  }

  /** Writes what is left of the index and the directory. Not durable yet. */
  seal(): void {
    this.#flushPage();
    const nonce = systemRandom.bytes(12);
    nonce[0] = 0xd0;
    const directory = encodeDirectory({
      entryCount: this.#entryCount,
      pages: this.#pages,
      segments: [...this.#segmentIndexes.keys()],
      moves: this.#moves,
    });
    const sealed = sealBytes(this.#identity.key, nonce, this.#header, directory);
    const tail = Buffer.alloc(tailBytes);
    tailMagic.copy(tail);
    tail.writeBigUInt64LE(BigInt(this.#position), 8);
    tail.writeUInt32LE(sealed.length, 16);
    tail.set(nonce, 20);
    this.appendSealed(Buffer.concat([sealed, tail]));
  }

  /** Waits until the bytes are on the device. The file is then ready to be put in its place. */
  async finish(): Promise<LocalFile> {
    try {
      await this.#file.syncLater();
      this.#closed = true;
      this.#file.close();
      return { files: this.#files, path: this.#identity.path, sizeBytes: this.#position };
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** Gives up: closes and removes the file. May be called at any time and more than once. */
  discard(): void {
    try {
      if (!this.#closed) this.#file.close();
      this.#closed = true;
      this.#files.remove(this.#identity.path);
    } catch {
      // The error that led here matters more; a file that stays behind is swept by the next writer.
    }
  }

  #flushPage(): void {
    if (this.#page.count === 0) return;
    const firstBlock = this.#page.block(0);
    const lastBlock = this.#page.block(this.#page.count - 1);
    const sealed = sealBytes(
      this.#identity.key,
      pageNonce(this.#pages.length),
      Buffer.alloc(0),
      this.#page.bytes(),
    );
    const offset = this.appendSealed(sealed);
    this.#pages.push({ firstBlock, lastBlock, offset, lengthBytes: sealed.length });
    this.#entryCount += this.#page.count;
    this.#page.clear();
  }
}

import type { KeyObject } from "node:crypto";
import { hasCode } from "../../errors.ts";
import type { ObjectReader, Objects, Tag } from "../../ports/objects.ts";
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
import { type LayerName, layerName, parseLayerName } from "./layer-name.ts";

/** Where the layer files of one disk are and what opens them. */
export interface DiskFolder {
  readonly objects: Objects;
  readonly ring: KeyRing;
  /** What the names of its objects begin with, without a slash at the end. */
  readonly name: string;
  readonly scope: string;
}

/**
 * An open layer file. Opening verifies header, tail and directory; pages and records are verified when they
 * are read. Every failure is a `Damaged` error that names the file, its absence included.
 *
 * Compaction may put a copy beside it and remove it meanwhile. A folder gives the one that was opened all the same; object
 * storage does not, and then the copy is opened.
 */
export class LayerReader {
  /** What messages call the file. */
  readonly path: string;
  readonly id: string;
  readonly kind: LayerKind;
  readonly #disk: DiskFolder;
  #opened: OpenedFile;
  /** What was open before: reads of it may be on their way. */
  readonly #former: SealedFile[] = [];
  #refreshing: Promise<boolean> | undefined;

  private constructor(disk: DiskFolder, opened: OpenedFile) {
    this.path = opened.file.path;
    this.id = opened.layer.id;
    this.kind = opened.layer.kind;
    this.#disk = disk;
    this.#opened = opened;
  }

  /** Opens the file as it was written first or, where that is gone or damaged, its newest copy that can be read. */
  static async open(disk: DiskFolder, kind: LayerKind, id: string): Promise<LayerReader> {
    const layer = { id, kind, copy: 0 };
    try {
      return await LayerReader.openCopy(disk, layer);
    } catch (error) {
      const copy = hasCode(error, "Damaged") ? await openNewest(disk, layer) : undefined;
      if (copy === undefined) throw error;
      return new LayerReader(disk, copy);
    }
  }

  /** Opens this very file, whatever copies there are. */
  static async openCopy(disk: DiskFolder, layer: LayerName): Promise<LayerReader> {
    return new LayerReader(disk, await openFile(disk, layer));
  }

  /** The number of the copy that is open. */
  get copy(): number {
    return this.#opened.layer.copy;
  }

  get directory(): LayerDirectory {
    return this.#opened.directory;
  }

  /** Where index pages begin: the end of the records. */
  get recordsEnd(): number {
    return this.directory.pages[0]?.offset ?? this.#opened.offset;
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  get #file(): SealedFile {
    return this.#opened.file;
  }

  /** What is open now, to be named to `refresh`. */
  get state(): LayerState {
    return this.#opened;
  }

  /**
   * Opens a later copy than the one that was `seen`, or the state that an earlier version has put in its place. Returns
   * whether something else is open now. Reads that fail together ask once.
   */
  async refresh(seen: LayerState): Promise<boolean> {
    if (this.#opened !== seen) return true;
    this.#refreshing ??= this.#openLater().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #openLater(): Promise<boolean> {
    const { layer, file: former } = this.#opened;
    const facts = await this.#disk.objects.facts(layerName(this.#disk.name, layer));
    const isReplaced = facts !== undefined && facts.tag !== former.tag;
    const opened = isReplaced ? await openFile(this.#disk, layer) : await openNewest(this.#disk, layer);
    if (opened === undefined) return false;
    this.#opened = opened;
    this.#former.push(former);
    return true;
  }

  get key(): KeyObject {
    return this.#file.key;
  }

  /** The state of the object that is open. */
  get tag(): Tag {
    return this.#file.tag;
  }

  /** The entries of one index page. */
  page(index: number): Promise<EntryTable> {
    return this.#again(() => this.#page(index));
  }

  async #page(index: number): Promise<EntryTable> {
    const place = this.directory.pages[index];
    if (place === undefined) throw damagedObject(this.path, `it has no index page ${index}`);
    const sealed = await this.readRaw(place.offset, place.lengthBytes);
    return new EntryTable(this.#file.unseal(pageNonce(index), Buffer.alloc(0), sealed, "index"));
  }

  /** Where the record is now that entries know by this offset; throws `Damaged` when it is not kept. */
  physicalOffset(offset: number): number {
    if (this.directory.moves === undefined) return offset;
    const moved = this.directory.moves.get(offset);
    if (moved === undefined) throw damagedObject(this.path, `the record at ${offset} is not there`);
    return moved;
  }

  /** `lengthBytes` bytes as they are stored, from a physical offset. */
  readRaw(offset: number, lengthBytes: number): Promise<Buffer> {
    return this.readInto(Buffer.allocUnsafe(lengthBytes), offset);
  }

  readInto(buffer: Buffer, offset: number): Promise<Buffer> {
    return this.#file.read(buffer, offset);
  }

  /** The plain bytes of the record that an entry names; verified. */
  readBlock(block: number, offset: number, length: number): Promise<Buffer> {
    return this.#again(async () => {
      const record = await this.readRaw(this.physicalOffset(offset), length);
      return openRecord(this.key, record, block, this.path);
    });
  }

  async #again<T>(read: () => Promise<T>): Promise<T> {
    const seen = this.state;
    try {
      return await read();
    } catch (error) {
      if (!hasCode(error, "Damaged") || !(await this.refresh(seen))) throw error;
      return read();
    }
  }

  async close(): Promise<void> {
    for (const file of [...this.#former.splice(0), this.#file]) await file.close();
  }
}

/** The newest copy after this one that can be read; `undefined` if there is none. */
async function openNewest(disk: DiskFolder, after: LayerName): Promise<OpenedFile | undefined> {
  const copies: LayerName[] = [];
  for await (const { name } of disk.objects.list(`${disk.name}/${after.id}`)) {
    const layer = parseLayerName(name);
    if (layer?.kind === after.kind && layer.copy > after.copy) copies.push(layer);
  }
  for (const layer of copies.sort((left, right) => right.copy - left.copy)) {
    try {
      return await openFile(disk, layer);
    } catch (error) {
      if (!hasCode(error, "Damaged")) throw error;
    }
  }
  return undefined;
}

async function openFile(disk: DiskFolder, layer: LayerName): Promise<OpenedFile> {
  const { objects, ring, scope } = disk;
  const name = layerName(disk.name, layer);
  const fileId = Buffer.from(layer.id, "hex");
  const object = await objects.open(name);
  if (object === undefined) throw damagedObject(objects.placeOf(name), "it is missing");
  const file = new SealedFile(objects.placeOf(name), object, ring.layerKey(fileId, scope));
  try {
    const header = encodeHeader(layer.kind, ring.storeId, fileId);
    return { layer, file, ...(await file.readDirectory(header)) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What is read of the end: the tail, and all of the directory unless it is very long. */
const endBytes = 16_384;

/** One state of a layer file, open. */
export type LayerState = object;

interface OpenedFile extends PlacedDirectory {
  readonly layer: LayerName;
  readonly file: SealedFile;
}

interface PlacedDirectory {
  readonly directory: LayerDirectory;
  /** Where the directory begins. */
  readonly offset: number;
}

/** An open object and the key that its parts are sealed with. */
class SealedFile {
  readonly path: string;
  readonly key: KeyObject;
  readonly #object: ObjectReader;

  constructor(path: string, object: ObjectReader, key: KeyObject) {
    this.path = path;
    this.key = key;
    this.#object = object;
  }

  get sizeBytes(): number {
    return this.#object.sizeBytes;
  }

  get tag(): Tag {
    return this.#object.tag;
  }

  async read(buffer: Buffer, offset: number): Promise<Buffer> {
    const isWithin = offset + buffer.length <= this.sizeBytes;
    if (isWithin && (await this.#object.read(buffer, offset)) === buffer.length) return buffer;
    throw damagedObject(this.path, "it is cut short");
  }

  close(): Promise<void> {
    return this.#object.close();
  }

  async readDirectory(expectedHeader: Buffer): Promise<PlacedDirectory> {
    // Both at once: over a line, each read is a way there and back.
    const [header, end] = await Promise.all([
      this.read(Buffer.alloc(headerBytes), 0),
      this.read(Buffer.alloc(Math.min(endBytes, this.sizeBytes)), Math.max(0, this.sizeBytes - endBytes)),
    ]);
    if (!header.equals(expectedHeader)) throw damagedObject(this.path, "its header is wrong");
    if (this.sizeBytes < headerBytes + tailBytes) throw damagedObject(this.path, "it is cut short");
    const tail = end.subarray(end.length - tailBytes);
    const offset = Number(tail.readBigUInt64LE(8));
    const length = tail.readUInt32LE(16);
    if (!tail.subarray(0, 8).equals(tailMagic) || length < tagBytes) {
      throw damagedObject(this.path, "its end is wrong");
    }
    if (offset + length + tailBytes !== this.sizeBytes) throw damagedObject(this.path, "its length is wrong");
    const sealed =
      length + tailBytes <= end.length
        ? end.subarray(end.length - tailBytes - length, end.length - tailBytes)
        : await this.read(Buffer.alloc(length), offset);
    const directory = decodeDirectory(this.unseal(tail.subarray(20), header, sealed, "directory"));
    return { directory, offset };
  }

  unseal(nonce: Uint8Array, associated: Uint8Array, sealed: Buffer, what: string): Buffer {
    try {
      return openBytes(this.key, nonce, associated, sealed);
    } catch (error) {
      throw damagedObject(this.path, `its ${what} does not match its authentication tag`, error);
    }
  }
}

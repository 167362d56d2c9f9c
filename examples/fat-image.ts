/**
 * Writes a FAT16 file system with files in it, for machines that have no mke2fs. Names are cut to 8.3. Everything
 * about the format that is not needed for reading plain files is left out.
 */
import fs from "node:fs";

const sectorBytes = 512;
const clusterBytes = 4096;
const rootEntryCount = 512;
const entryBytes = 32;
const endOfChain = 0xffff;

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Map<string, Buffer>;
}

/** `index.html` → `INDEX   HTM`. */
function shortName(name: string): string {
  const clean = name.toUpperCase().replace(/[^A-Z0-9.]/g, "");
  const dot = clean.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [clean.slice(0, dot), clean.slice(dot + 1)] : [clean, ""];
  return stem.replaceAll(".", "").slice(0, 8).padEnd(8) + ending.slice(0, 3).padEnd(3);
}

function treeOf(files: Record<string, string | Buffer>): Folder {
  const root: Folder = { folders: new Map(), files: new Map() };
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split("/");
    let folder = root;
    for (const part of parts.slice(0, -1)) {
      const found = folder.folders.get(part) ?? { folders: new Map(), files: new Map() };
      folder.folders.set(part, found);
      folder = found;
    }
    folder.files.set(parts.at(-1)!, Buffer.from(content));
  }
  return root;
}

function entry(name: string, isFolder: boolean, cluster: number, sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(entryBytes);
  bytes.write(name, 0, "latin1");
  bytes.writeUInt8(isFolder ? 0x10 : 0x20, 11);
  bytes.writeUInt16LE(0x21, 24); // 1980-01-01, the first day that FAT knows
  bytes.writeUInt16LE(cluster, 26);
  bytes.writeUInt32LE(isFolder ? 0 : sizeBytes, 28);
  return bytes;
}

class FatImage {
  readonly #fat: Buffer;
  readonly #descriptor: number;
  readonly #dataOffset: number;
  #nextCluster = 2;

  constructor(descriptor: number, fat: Buffer, dataOffset: number) {
    this.#descriptor = descriptor;
    this.#fat = fat;
    this.#dataOffset = dataOffset;
  }

  /** Writes bytes to clusters of their own; the first cluster's number. */
  #store(bytes: Buffer): number {
    const count = Math.max(1, Math.ceil(bytes.length / clusterBytes));
    const first = this.#nextCluster;
    this.#nextCluster += count;
    for (let index = 0; index < count; index += 1) {
      const next = index === count - 1 ? endOfChain : first + index + 1;
      this.#fat.writeUInt16LE(next, (first + index) * 2);
    }
    fs.writeSync(this.#descriptor, bytes, 0, bytes.length, this.#dataOffset + (first - 2) * clusterBytes);
    return first;
  }

  /** The entries of a folder, whose files and folders are written on the way. */
  entriesOf(folder: Folder, own: number): Buffer {
    const files = [...folder.files].map(([name, bytes]) =>
      entry(shortName(name), false, this.#store(bytes), bytes.length),
    );
    const folders = [...folder.folders].map(([name, inner]) => {
      const cluster = this.#store(Buffer.alloc(clusterBytes));
      const dots = [entry(".".padEnd(11), true, cluster, 0), entry("..".padEnd(11), true, own, 0)];
      const bytes = Buffer.concat([...dots, this.entriesOf(inner, cluster)]);
      fs.writeSync(this.#descriptor, bytes, 0, bytes.length, this.#dataOffset + (cluster - 2) * clusterBytes);
      return entry(shortName(name), true, cluster, 0);
    });
    return Buffer.concat([...files, ...folders]);
  }
}

function bootSector(sectorCount: number, sectorsPerFat: number): Buffer {
  const boot = Buffer.alloc(sectorBytes);
  boot.write("\u00eb\u003c\u0090MSDOS5.0", 0, "latin1");
  boot.writeUInt16LE(sectorBytes, 11);
  boot.writeUInt8(clusterBytes / sectorBytes, 13);
  boot.writeUInt16LE(1, 14); // reserved sectors
  boot.writeUInt8(2, 16); // copies of the FAT
  boot.writeUInt16LE(rootEntryCount, 17);
  boot.writeUInt8(0xf8, 21);
  boot.writeUInt16LE(sectorsPerFat, 22);
  boot.writeUInt16LE(32, 24);
  boot.writeUInt16LE(2, 26);
  boot.writeUInt32LE(sectorCount, 32);
  boot.writeUInt8(0x80, 36);
  boot.writeUInt8(0x29, 38);
  boot.writeUInt32LE(0x51732026, 39);
  boot.write("NO NAME    ", 43, "latin1");
  boot.write("FAT16   ", 54, "latin1");
  boot.writeUInt16LE(0xaa55, 510);
  return boot;
}

/** Makes a sparse image of a FAT16 file system, between 17 MiB and 255 MiB. */
export function writeFatImage(image: string, sizeMiB: number, files: Record<string, string | Buffer>): void {
  const sectorCount = (sizeMiB * 1024 * 1024) / sectorBytes;
  const clusterCount = Math.floor((sectorCount * sectorBytes) / clusterBytes);
  const sectorsPerFat = Math.ceil(((clusterCount + 2) * 2) / sectorBytes);
  const rootOffset = (1 + 2 * sectorsPerFat) * sectorBytes;
  const fat = Buffer.alloc(sectorsPerFat * sectorBytes);
  fat.writeUInt16LE(0xfff8, 0);
  fat.writeUInt16LE(endOfChain, 2);
  const descriptor = fs.openSync(image, "w");
  try {
    fs.ftruncateSync(descriptor, sectorCount * sectorBytes);
    const writer = new FatImage(descriptor, fat, rootOffset + rootEntryCount * entryBytes);
    const root = writer.entriesOf(treeOf(files), 0);
    fs.writeSync(descriptor, bootSector(sectorCount, sectorsPerFat), 0, sectorBytes, 0);
    fs.writeSync(descriptor, fat, 0, fat.length, sectorBytes);
    fs.writeSync(descriptor, fat, 0, fat.length, sectorBytes + fat.length);
    fs.writeSync(descriptor, root, 0, root.length, rootOffset);
  } finally {
    fs.closeSync(descriptor);
  }
}

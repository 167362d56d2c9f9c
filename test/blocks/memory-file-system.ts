/**
 * A file system in memory that tells what would survive a power cut. Writes and names are volatile until they
 * are synced; `losePower` keeps what was synced and, of the rest, whatever chance keeps: single pages, single
 * names.
 */
import path from "node:path";
import { translateFileError } from "../../provider/blocks/file-system.ts";
import type { FileSystem, OpenFile, OpenMode } from "../../provider/blocks/file-system.ts";
import type { Random } from "../../provider/random.ts";

const pageBytes = 4096;

type Pages = Map<number, Buffer>;

/** The bytes of a file, as pages with holes: as they are now, and as they would be after a power cut. */
class Content {
  sizeBytes = 0;
  #pages: Pages = new Map();
  #durable: { sizeBytes: number; pages: Pages } = { sizeBytes: 0, pages: new Map() };

  read(buffer: Uint8Array, position: number): number {
    const end = Math.min(position + buffer.length, this.sizeBytes);
    for (let at = position; at < end;) {
      const page = Math.floor(at / pageBytes);
      const stop = Math.min(end, (page + 1) * pageBytes);
      const bytes = this.#pages.get(page);
      const part = buffer.subarray(at - position, stop - position);
      if (bytes === undefined) part.fill(0);
      else part.set(bytes.subarray(at - page * pageBytes, stop - page * pageBytes));
      at = stop;
    }
    return Math.max(0, end - position);
  }

  write(buffer: Uint8Array, position: number): void {
    const end = position + buffer.length;
    for (let at = position; at < end;) {
      const page = Math.floor(at / pageBytes);
      const stop = Math.min(end, (page + 1) * pageBytes);
      // A page is never changed in place: the durable state may have the same one.
      const bytes = Buffer.from(this.#pages.get(page) ?? Buffer.alloc(pageBytes));
      bytes.set(buffer.subarray(at - position, stop - position), at - page * pageBytes);
      this.#pages.set(page, bytes);
      at = stop;
    }
    this.sizeBytes = Math.max(this.sizeBytes, end);
  }

  resize(sizeBytes: number): void {
    const lastPage = Math.floor(sizeBytes / pageBytes);
    for (const page of [...this.#pages.keys()]) if (page > lastPage) this.#pages.delete(page);
    const last = this.#pages.get(lastPage);
    if (last !== undefined) this.#pages.set(lastPage, Buffer.from(last).fill(0, sizeBytes % pageBytes));
    this.sizeBytes = sizeBytes;
  }

  sync(): void {
    this.#durable = { sizeBytes: this.sizeBytes, pages: new Map(this.#pages) };
  }

  losePower(random: Random): void {
    const { sizeBytes, pages } = this.#durable;
    const kept: Pages = new Map();
    for (const page of new Set([...pages.keys(), ...this.#pages.keys()])) {
      const bytes = (random.integer(2) === 0 ? this.#pages : pages).get(page);
      if (bytes !== undefined) kept.set(page, bytes);
    }
    this.#pages = kept;
    this.resize(random.integer(2) === 0 ? sizeBytes : this.sizeBytes);
    this.sync();
  }
}

function refuse(code: string, action: string, filePath: string): never {
  throw translateFileError(Object.assign(new Error(code), { code }), action, filePath);
}

export class MemoryFileSystem implements FileSystem {
  #names = new Map<string, Content>();
  readonly #durableNames = new Map<string, Content>();
  #generation = 0;

  /** What is left after the power was cut. Files that were open can't be used any more. */
  losePower(random: Random): void {
    this.#generation += 1;
    const after = new Map<string, Content>();
    for (const name of new Set([...this.#names.keys(), ...this.#durableNames.keys()])) {
      const content = random.integer(2) === 0 ? this.#names.get(name) : this.#durableNames.get(name);
      if (content !== undefined) after.set(name, content);
    }
    for (const content of new Set(after.values())) content.losePower(random);
    this.#names = after;
    this.#durableNames.clear();
    for (const [name, content] of after) this.#durableNames.set(name, content);
  }

  open(filePath: string, mode: OpenMode): OpenFile {
    const present = this.#names.get(filePath);
    if (present !== undefined && mode === "createNew") refuse("EEXIST", "open", filePath);
    if (present === undefined && (mode === "read" || mode === "readWrite"))
      refuse("ENOENT", "open", filePath);
    const content = present ?? new Content();
    this.#names.set(filePath, content);
    const generation = this.#generation;
    const check = (action: string): void => {
      if (generation !== this.#generation) refuse("EIO", action, filePath);
    };
    return {
      path: filePath,
      read: (buffer, position) => {
        check("read");
        return content.read(buffer, position);
      },
      write: (buffer, position) => {
        check("write");
        content.write(buffer, position);
      },
      sync: () => {
        check("sync");
        content.sync();
      },
      syncLater: () =>
        Promise.resolve().then(() => {
          check("sync");
          content.sync();
        }),
      truncate: (sizeBytes) => {
        check("resize");
        content.resize(sizeBytes);
      },
      size: () => ({ sizeBytes: content.sizeBytes, allocatedBytes: content.sizeBytes }),
      close: () => undefined,
    };
  }

  exists(filePath: string): boolean {
    return this.#names.has(filePath);
  }

  realPath(filePath: string): string {
    if (!this.#names.has(path.resolve(filePath))) refuse("ENOENT", "find", filePath);
    return path.resolve(filePath);
  }

  list(folder: string): string[] {
    const inFolder = [...this.#names.keys()].filter((name) => path.dirname(name) === folder);
    return inFolder.map((name) => path.basename(name)).sort();
  }

  makeFolder(): void {
    // Folders are only the front part of a name here.
  }

  rename(from: string, to: string): void {
    const content = this.#names.get(from);
    if (content === undefined) refuse("ENOENT", "rename", from);
    this.#names.delete(from);
    this.#names.set(to, content);
  }

  remove(filePath: string): void {
    for (const name of [...this.#names.keys()]) {
      if (name === filePath || name.startsWith(`${filePath}/`)) this.#names.delete(name);
    }
  }

  syncFolder(folder: string): void {
    for (const name of [...this.#durableNames.keys()]) {
      if (path.dirname(name) === folder && !this.#names.has(name)) this.#durableNames.delete(name);
    }
    for (const [name, content] of this.#names) {
      if (path.dirname(name) === folder) this.#durableNames.set(name, content);
    }
  }
}

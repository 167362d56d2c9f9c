/**
 * A file system in memory that tells what would survive a power cut. Writes and names are volatile until they are
 * synced; `losePower` keeps what was synced and, of the rest, whatever chance keeps: single pages, single names.
 */
import path from "node:path";
import { translateFileError } from "../../provider/blocks/file-system.ts";
import type { FileSystem, OpenFile, OpenMode } from "../../provider/blocks/file-system.ts";
import type { Random } from "../../provider/random.ts";

const pageBytes = 4096;

class Content {
  now: Buffer = Buffer.alloc(0);
  durable: Buffer = Buffer.alloc(0);

  grow(sizeBytes: number): void {
    if (sizeBytes > this.now.length)
      this.now = Buffer.concat([this.now, Buffer.alloc(sizeBytes - this.now.length)]);
  }

  sync(): void {
    this.durable = Buffer.from(this.now);
  }

  losePower(random: Random): void {
    const kept = Buffer.alloc(random.integer(2) === 0 ? this.durable.length : this.now.length);
    this.durable.copy(kept);
    for (let start = 0; start < kept.length; start += pageBytes) {
      if (random.integer(2) === 0)
        this.now.copy(kept, start, start, Math.min(start + pageBytes, kept.length));
    }
    this.now = kept;
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
        return position >= content.now.length
          ? 0
          : content.now.copy(buffer, 0, position, position + buffer.length);
      },
      write: (buffer, position) => {
        check("write");
        content.grow(position + buffer.length);
        content.now.set(buffer, position);
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
        if (sizeBytes < content.now.length) content.now = Buffer.from(content.now.subarray(0, sizeBytes));
        content.grow(sizeBytes);
      },
      size: () => ({ sizeBytes: content.now.length, allocatedBytes: content.now.length }),
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

import type { FileSystem, OpenFile } from "../../blocks/file-system.ts";
import { hasCode } from "../../errors.ts";
import type { ObjectFacts, ObjectReader, Tag } from "../../ports/objects.ts";
import { throwIfStopped } from "../throw-if-stopped.ts";

/** Each put makes a new file, so its inode and times name one state. */
export function factsOfFile(files: FileSystem, filePath: string, name: string): ObjectFacts {
  const { inode, sizeBytes, modifiedAtNs, changedAtNs } = files.facts(filePath);
  const tag = [inode, sizeBytes, modifiedAtNs, changedAtNs].join(".");
  return { name, sizeBytes: Number(sizeBytes), modifiedAt: Number(modifiedAtNs / 1_000_000n), tag };
}

/** A file that was seen in a folder. The rest is looked up when it is asked for; one that is gone by then has 0 bytes. */
export class ListedFile implements ObjectFacts {
  readonly name: string;
  readonly #files: FileSystem;
  readonly #path: string;
  #facts: ObjectFacts | undefined;

  constructor(files: FileSystem, filePath: string, name: string) {
    this.#files = files;
    this.#path = filePath;
    this.name = name;
  }

  get sizeBytes(): number {
    return this.#known.sizeBytes;
  }

  get modifiedAt(): number {
    return this.#known.modifiedAt;
  }

  get tag(): Tag {
    return this.#known.tag;
  }

  get #known(): ObjectFacts {
    if (this.#facts) return this.#facts;
    try {
      this.#facts = factsOfFile(this.#files, this.#path, this.name);
    } catch (error) {
      if (!hasCode(error, "NotFound")) throw error;
      this.#facts = { name: this.name, sizeBytes: 0, modifiedAt: 0, tag: "" };
    }
    return this.#facts;
  }
}

/** An open file: what takes its name meanwhile is another one. */
export class FileReader implements ObjectReader {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  readonly tag: Tag;
  readonly #file: OpenFile;

  constructor(files: FileSystem, filePath: string, name: string) {
    this.#file = files.open(filePath, "read");
    try {
      const { inode, sizeBytes, modifiedAtNs, changedAtNs } = this.#file.facts();
      this.name = name;
      this.sizeBytes = Number(sizeBytes);
      this.modifiedAt = Number(modifiedAtNs / 1_000_000n);
      this.tag = [inode, sizeBytes, modifiedAtNs, changedAtNs].join(".");
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  read(into: Uint8Array, position: number, signal?: AbortSignal): Promise<number> {
    return Promise.resolve().then(() => {
      throwIfStopped(signal, this.#file.path);
      return this.#file.read(into, position);
    });
  }

  close(): Promise<void> {
    return Promise.resolve().then(() => this.#file.close());
  }
}

import path from "node:path";
import { type FileSystem, writeAtomically } from "../blocks/file-system.ts";
import { isUnwritable } from "./reach-store.ts";
import { readWholeFile } from "./read-whole-file.ts";

/**
 * What the last verification of a machine's replica found damaged: `damaged.txt` in the machine's folder, a file
 * name a line. The next resync relies on nothing that these layer files hold, whoever runs it. It is a note and
 * no proof: what is lost of it costs another verification, and a line too many costs sending blocks again.
 */
export class DamageNote {
  readonly #files: FileSystem;
  readonly #path: string;

  constructor(files: FileSystem, machineFolder: string) {
    this.#files = files;
    this.#path = path.join(machineFolder, "damaged.txt");
  }

  /** Names of layer files: `<32 hex>.segment`, `<32 hex>.map`. */
  read(): string[] {
    if (!this.#files.exists(this.#path)) return [];
    const lines = readWholeFile(this.#files, this.#path).toString("latin1").split("\n");
    return lines.filter((line) => /^[0-9a-f]{32}\.(segment|map)$/.test(line));
  }

  /** Replaces the note; without a name it goes. A store that cannot be written keeps the note that it has. */
  write(objectPaths: readonly string[]): void {
    const names = objectPaths.map((objectPath) => path.basename(objectPath));
    try {
      if (names.length > 0) writeAtomically(this.#files, this.#path, Buffer.from(`${names.join("\n")}\n`));
      else if (this.#files.exists(this.#path)) this.#files.remove(this.#path);
    } catch (error) {
      if (!isUnwritable(error)) throw error;
    }
  }
}

/**
 * A receipt for each put, by the put's number: which file was about to get the name. A put that comes again, because its
 * answer got lost or the line brought it twice, is known by it, also after the server was killed.
 */
import { writeAtomically, type FileSystem } from "../blocks/file-system.ts";
import { readTextFile } from "../blocks/read-text-file.ts";
import { hasCode } from "../errors.ts";

export class Receipts {
  readonly #files: FileSystem;
  readonly #pathOf: (putNumber: string) => string;

  constructor(files: FileSystem, pathOf: (putNumber: string) => string) {
    this.#files = files;
    this.#pathOf = pathOf;
  }

  /** Notes which file is about to get its name. Durable when it returns, so that no object is there without its receipt. */
  write(putNumber: string, bodyPath: string): void {
    writeAtomically(this.#files, this.#pathOf(putNumber), Buffer.from(this.#stateOf(bodyPath)));
  }

  /** Notes that the object was put. A power cut may undo this; then it is found by what the object is. */
  finish(putNumber: string): void {
    this.#files.rename(this.#pathOf(putNumber), this.#finished(putNumber));
  }

  /** Forgets a put whose object did not come to be. */
  remove(putNumber: string): void {
    this.#files.remove(this.#pathOf(putNumber));
  }

  /**
   * `own`: the object is what this put has put. `other`: the put was done, and another one after it. A put that a killed
   * server had only begun is new: it was not acknowledged.
   */
  look(putNumber: string, objectPath: string): "new" | "own" | "other" {
    const finished = this.#read(this.#finished(putNumber));
    const receipt = finished ?? this.#read(this.#pathOf(putNumber));
    if (receipt === undefined) return "new";
    if (this.#files.exists(objectPath) && this.#stateOf(objectPath) === receipt) return "own";
    return finished === undefined ? "new" : "other";
  }

  #finished(putNumber: string): string {
    return `${this.#pathOf(putNumber)}.done`;
  }

  #read(filePath: string): string | undefined {
    try {
      return readTextFile(this.#files, filePath);
    } catch (error) {
      if (hasCode(error, "NotFound")) return undefined;
      throw error;
    }
  }

  /** A file keeps these when it is given another name. */
  #stateOf(filePath: string): string {
    const { inode, sizeBytes, modifiedAtNs } = this.#files.facts(filePath);
    return [inode, sizeBytes, modifiedAtNs].join(".");
  }
}

/**
 * The catalog of a replica store: what an engine knew of the things that it keeps here, so that its home can be
 * rebuilt from the store and a key alone. Each entry is a sealed file of its own in `catalog/`, whose name tells
 * nothing about the entry's key.
 */
import path from "node:path";
import { type FileSystem, makeFolderDurably, writeAtomically } from "../blocks/file-system.ts";
import type { SiteRecoveryError } from "../errors.ts";
import { hasCode } from "../errors.ts";
import { systemRandom } from "../random.ts";
import { damagedObject } from "./damaged-object.ts";
import type { KeyRing } from "./key-ring.ts";
import { readWholeFile } from "./read-whole-file.ts";
import { openSealedObject, sealObject } from "./sealed-object.ts";

/** An entry: `revision` grows with each change of `content`. */
export interface CatalogEntry {
  readonly key: string;
  readonly revision: number;
  readonly content: unknown;
}

const ending = ".entry";

export class Catalog {
  readonly folder: string;
  readonly #files: FileSystem;
  readonly #ring: KeyRing;

  constructor(files: FileSystem, ring: KeyRing, storeFolder: string) {
    this.#files = files;
    this.#ring = ring;
    this.folder = path.join(storeFolder, "catalog");
  }

  /** Writes an entry, durably. An entry of a later revision stays as it is: another process was faster. */
  put(entry: CatalogEntry): void {
    const filePath = this.#pathOf(entry.key);
    if ((this.#revisionAt(filePath) ?? -1) > entry.revision) return;
    makeFolderDurably(this.#files, this.folder);
    const name = { kind: "catalog", objectId: systemRandom.bytes(16), scope: "" } as const;
    writeAtomically(this.#files, filePath, sealObject(this.#ring, name, entry));
  }

  /** Removes the entry of a key, durably. Absent is fine, and one of a later revision stays. */
  remove(key: string, revision: number): void {
    const filePath = this.#pathOf(key);
    if (!this.#files.exists(filePath) || (this.#revisionAt(filePath) ?? -1) > revision) return;
    this.#files.remove(filePath);
    this.#files.syncFolder(this.folder);
  }

  /** All entries, in no order. Damaged ones are passed to `onDamaged` and left out. */
  all(onDamaged: (error: SiteRecoveryError, filePath: string) => void): CatalogEntry[] {
    return this.#files
      .list(this.folder)
      .filter((name) => name.endsWith(ending))
      .flatMap((name) => {
        const filePath = path.join(this.folder, name);
        try {
          return [this.#read(filePath)];
        } catch (error) {
          if (!hasCode(error, "Damaged")) throw error;
          onDamaged(error, filePath);
          return [];
        }
      });
  }

  /** One of the entries that can be read, or `undefined` if there is none. */
  any(): CatalogEntry | undefined {
    for (const name of this.#files.list(this.folder)) {
      if (!name.endsWith(ending)) continue;
      try {
        return this.#read(path.join(this.folder, name));
      } catch (error) {
        if (!hasCode(error, "Damaged", "NotFound")) throw error;
      }
    }
    return undefined;
  }

  #read(filePath: string): CatalogEntry {
    const name = { kind: "catalog", scope: "" } as const;
    const bytes = readWholeFile(this.#files, filePath);
    const entry = openSealedObject(this.#ring, name, bytes, filePath).content as CatalogEntry;
    if (this.#pathOf(entry.key) !== filePath) throw damagedObject(filePath, "it is another entry's file");
    return entry;
  }

  /** The revision of what is there; `undefined` if there is no entry, or none that can be read. */
  #revisionAt(filePath: string): number | undefined {
    if (!this.#files.exists(filePath)) return undefined;
    try {
      return this.#read(filePath).revision;
    } catch (error) {
      if (hasCode(error, "Damaged", "NotFound")) return undefined;
      throw error;
    }
  }

  #pathOf(key: string): string {
    return path.join(this.folder, `${this.#ring.nameOf(`catalog\0${key}`)}${ending}`);
  }
}

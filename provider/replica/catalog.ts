/**
 * The catalog of a replica store: what an engine knew of the things that it keeps here, so that its home can be
 * rebuilt from the store and a key alone. Each entry is a sealed object of its own in `catalog/`, whose name tells
 * nothing about the entry's key.
 */
import type { SiteRecoveryError } from "../errors.ts";
import { hasCode } from "../errors.ts";
import { systemRandom } from "../random.ts";
import { damagedObject } from "./damaged-object.ts";
import type { KeyRing } from "./key-ring.ts";
import type { Objects } from "../ports/objects.ts";
import { openSealedObject, sealObject } from "./sealed-object.ts";

/** An entry: `revision` grows with each change of `content`. */
export interface CatalogEntry {
  readonly key: string;
  readonly revision: number;
  /** Null for a thing that is gone, where nothing may be removed. */
  readonly content: unknown;
}

const prefix = "catalog/";
const ending = ".entry";

export class Catalog {
  readonly #objects: Objects;
  readonly #ring: KeyRing;

  constructor(objects: Objects, ring: KeyRing) {
    this.#objects = objects;
    this.#ring = ring;
  }

  /** Writes an entry, durably. An entry of a later revision stays as it is: another process was faster. */
  async put(entry: CatalogEntry): Promise<void> {
    const objectName = this.#nameOf(entry.key);
    if (((await this.#revisionOf(objectName)) ?? -1) > entry.revision) return;
    const name = { kind: "catalog", objectId: systemRandom.bytes(16), scope: "" } as const;
    await this.#objects.put(objectName, sealObject(this.#ring, name, entry), "replace");
  }

  /** Removes the entry of a key, durably. Absent is fine, and one of a later revision stays. */
  async remove(key: string, revision: number): Promise<void> {
    const objectName = this.#nameOf(key);
    if (((await this.#revisionOf(objectName)) ?? -1) > revision) return;
    // Where nothing may be removed, an entry without content takes its place.
    if (this.#objects.traits.mayRemove) await this.#objects.remove([objectName]);
    else await this.put({ key, revision, content: null });
  }

  /** All entries, in no order. Damaged ones are passed to `onDamaged` and left out. */
  async all(onDamaged: (error: SiteRecoveryError, objectPath: string) => void): Promise<CatalogEntry[]> {
    const entries: CatalogEntry[] = [];
    for (const name of await this.#names()) {
      try {
        const entry = await this.#read(name);
        if (entry !== undefined && entry.content !== null) entries.push(entry);
      } catch (error) {
        if (!hasCode(error, "Damaged")) throw error;
        onDamaged(error, this.#objects.placeOf(name));
      }
    }
    return entries;
  }

  /** One of the entries that can be read, or `undefined` if there is none. */
  async any(): Promise<CatalogEntry | undefined> {
    for (const name of await this.#names()) {
      try {
        const entry = await this.#read(name);
        if (entry !== undefined && entry.content !== null) return entry;
      } catch (error) {
        if (!hasCode(error, "Damaged")) throw error;
      }
    }
    return undefined;
  }

  async #names(): Promise<string[]> {
    const names = await Array.fromAsync(this.#objects.list(prefix), ({ name }) => name);
    return names.filter((name) => name.endsWith(ending));
  }

  /** `undefined` if there is no such entry. Throws `Damaged`. */
  async #read(objectName: string): Promise<CatalogEntry | undefined> {
    const object = await this.#objects.get(objectName);
    if (object === undefined) return undefined;
    const objectPath = this.#objects.placeOf(objectName);
    const name = { kind: "catalog", scope: "" } as const;
    const entry = openSealedObject(this.#ring, name, object.bytes, objectPath).content as CatalogEntry;
    if (this.#nameOf(entry.key) !== objectName) throw damagedObject(objectPath, "it is another entry's file");
    return entry;
  }

  /** The revision of what is there; `undefined` if there is no entry, or none that can be read. */
  async #revisionOf(objectName: string): Promise<number | undefined> {
    try {
      return (await this.#read(objectName))?.revision;
    } catch (error) {
      if (hasCode(error, "Damaged")) return undefined;
      throw error;
    }
  }

  #nameOf(key: string): string {
    return `${prefix}${this.#ring.nameOf(`catalog\0${key}`)}${ending}`;
  }
}

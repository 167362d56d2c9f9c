/**
 * `released.sealed` of a disk: ids of segments that maps still name and that compaction has removed, because newer
 * layers hide every block in them. Without it such a segment looks like one that was lost.
 */
import { hasCode } from "../../errors.ts";
import { systemRandom } from "../../random.ts";
import { openSealedObject, sealObject } from "../sealed-object.ts";
import type { DiskFolder } from "./layer-reader.ts";

export class ReleasedSegments {
  /** What messages call it. */
  readonly path: string;
  readonly #name: string;
  readonly #disk: DiskFolder;

  constructor(disk: DiskFolder) {
    this.#disk = disk;
    this.#name = `${disk.name}/released.sealed`;
    this.path = disk.objects.placeOf(this.#name);
  }

  /** Returns the ids, or `undefined` if there is no list: an earlier version made the replica. Throws `Damaged`. */
  async read(): Promise<ReadonlySet<string> | undefined> {
    const { objects, ring, scope } = this.#disk;
    const object = await objects.get(this.#name);
    if (object === undefined) return undefined;
    const { content } = openSealedObject(ring, { kind: "released", scope }, object.bytes, this.path);
    return new Set(content as string[]);
  }

  /** As `read`, and `undefined` for a damaged list: that is a finding of `verify`; the next compaction writes it again. */
  async readIfSound(): Promise<ReadonlySet<string> | undefined> {
    try {
      return await this.read();
    } catch (error) {
      if (hasCode(error, "Damaged")) return undefined;
      throw error;
    }
  }

  /** Replaces the list durably. It is written before the segments are removed. */
  async write(ids: Iterable<string>): Promise<void> {
    const { objects, ring, scope } = this.#disk;
    const name = { kind: "released", objectId: systemRandom.bytes(16), scope } as const;
    await objects.put(this.#name, sealObject(ring, name, [...ids].sort()), "replace");
  }
}

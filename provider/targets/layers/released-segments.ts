/**
 * `released.sealed` in a disk's folder: ids of segments that maps still name and that compaction has removed, because
 * newer layers hide every block in them. Without it such a segment looks like one that was lost.
 */
import path from "node:path";
import { writeAtomically } from "../../blocks/file-system.ts";
import { systemRandom } from "../../random.ts";
import { readWholeFile } from "../read-whole-file.ts";
import { openSealedObject, sealObject } from "../sealed-object.ts";
import type { DiskFolder } from "./layer-reader.ts";

export class ReleasedSegments {
  readonly path: string;
  readonly #disk: DiskFolder;

  constructor(disk: DiskFolder) {
    this.#disk = disk;
    this.path = path.join(disk.folder, "released.sealed");
  }

  /** Returns the ids, or `undefined` if there is no list: an earlier version made the folder. Throws `Damaged`. */
  read(): ReadonlySet<string> | undefined {
    const { files, ring, scope } = this.#disk;
    if (!files.exists(this.path)) return undefined;
    const bytes = readWholeFile(files, this.path);
    const { content } = openSealedObject(ring, { kind: "released", scope }, bytes, this.path);
    return new Set(content as string[]);
  }

  /** Replaces the list durably. It is written before the segments are removed. */
  write(ids: Iterable<string>): void {
    const { files, ring, scope } = this.#disk;
    const name = { kind: "released", objectId: systemRandom.bytes(16), scope } as const;
    writeAtomically(files, this.path, sealObject(ring, name, [...ids].sort()));
  }
}

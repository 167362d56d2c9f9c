import { parseLayerName } from "./layers/layer-name.ts";
import type { Objects } from "../ports/objects.ts";
import { isUnwritable } from "./reach-store.ts";

/**
 * What the last verification of a machine's replica found damaged: `damaged.txt` of the machine, a file
 * name a line. The next resync relies on nothing that these layer files hold, in whichever process. It is a note and
 * no proof: what is lost of it costs another verification, and a line too many costs sending blocks again.
 */
export class DamageNote {
  readonly #objects: Objects;
  readonly #name: string;

  constructor(objects: Objects, machineName: string) {
    this.#objects = objects;
    this.#name = `${machineName}/damaged.txt`;
  }

  /** Names of layer files. */
  async read(): Promise<string[]> {
    const note = await this.#objects.get(this.#name);
    const lines = note?.bytes.toString("latin1").split("\n") ?? [];
    return lines.filter((line) => parseLayerName(line) !== undefined);
  }

  /** Replaces the note; without a name it goes. A store that cannot be written keeps the note that it has. */
  async write(objectPaths: readonly string[]): Promise<void> {
    const names = objectPaths.map((objectPath) => objectPath.slice(objectPath.lastIndexOf("/") + 1));
    try {
      if (names.length > 0) {
        await this.#objects.put(this.#name, Buffer.from(`${names.join("\n")}\n`), "replace");
      } else if (this.#objects.traits.mayRemove) await this.#objects.remove([this.#name]);
      else if ((await this.read()).length > 0)
        await this.#objects.put(this.#name, Buffer.alloc(0), "replace");
    } catch (error) {
      if (!isUnwritable(error)) throw error;
    }
  }
}

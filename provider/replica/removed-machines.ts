/**
 * Machines that are being removed. A note, `removed/<name>.note`, comes first: from then on the machine is gone for everybody,
 * and whatever a crash leaves of its objects is removed by the next one who looks.
 */
import type { Objects } from "../ports/objects.ts";

const prefix = "removed/";
const ending = ".note";

export class RemovedMachines {
  readonly #objects: Objects;

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /** What the names of their objects begin with. */
  async names(): Promise<ReadonlySet<string>> {
    const names = await Array.fromAsync(this.#objects.list(prefix), ({ name }) =>
      name.slice(prefix.length, -ending.length),
    );
    return new Set(names.map((name) => `machines/${name}`));
  }

  /** Notes durably that a machine is gone. */
  async add(machine: string): Promise<void> {
    await this.#objects.put(noteOf(machine), new Uint8Array(), "replace");
  }

  /** Removes the objects of a machine that is gone, then the note. For whoever has the claim of the machine. */
  async finish(machine: string): Promise<void> {
    const names = await Array.fromAsync(this.#objects.list(`${machine}/`), ({ name }) => name);
    await this.#objects.remove(names);
    await this.#objects.remove([noteOf(machine)]);
  }

  async has(machine: string): Promise<boolean> {
    return (await this.#objects.facts(noteOf(machine))) !== undefined;
  }
}

function noteOf(machine: string): string {
  return `${prefix}${machine.slice("machines/".length)}${ending}`;
}

/**
 * Machines that are being removed. A note, `removed/<name>.note`, comes first: from then on the machine is gone for everybody,
 * and whatever a crash leaves of its objects is removed by the next one who looks.
 */
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { Objects } from "../ports/objects.ts";
import { type KeptObjects, removeUnlocked } from "./remove-unlocked.ts";

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

  /**
   * Removes the objects of a machine that is gone, then the note. For the holder of the machine's claim. What a retention
   * lock keeps stays, with the note: it goes when this is called after the lock has ended.
   */
  async finish(machine: string): Promise<KeptObjects> {
    const names = await Array.fromAsync(this.#objects.list(`${machine}/`), ({ name }) => name);
    const kept = await removeUnlocked(this.#objects, names);
    if (kept.names.size === 0) await this.#objects.remove([noteOf(machine)]);
    return kept;
  }

  /** As `finish`, and throws `InUse` if anything of the machine stays. */
  async clear(machine: string): Promise<void> {
    const { names, until } = await this.finish(machine);
    if (names.size === 0) return;
    const place = this.#objects.placeOf(machine);
    const end = until === undefined ? said`` : said` until ${new Date(until).toISOString()}`;
    const message = said`What is left of a removed machine in ${place} is kept${end}. Remove it then with \`siterecovery retention\`.`;
    throw new SiteRecoveryError("InUse", message, { target: place });
  }

  async has(machine: string): Promise<boolean> {
    return (await this.#objects.facts(noteOf(machine))) !== undefined;
  }
}

function noteOf(machine: string): string {
  return `${prefix}${machine.slice("machines/".length)}${ending}`;
}

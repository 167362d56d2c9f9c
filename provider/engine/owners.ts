/** Which resource of which stack each thing belongs to: what no other resource may change or delete. */
import { nameOf } from "../arm-id.ts";
import { randomUuid, systemRandom } from "../random.ts";
import {
  deleteOwner,
  findOwner,
  findSecretPaths,
  leaveOwnerless,
  listSecretSettings,
  type NotedSecrets,
  type OwnerRow,
  putOwner,
} from "../store/owners.ts";
import { findThing, listThings, type Thing } from "../store/things.ts";
import type { EngineParts } from "./engine-parts.ts";
import { writeCatalogs } from "./write-catalogs.ts";

export type { NotedSecrets, OwnerRow } from "../store/owners.ts";

export class Owners {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** The owner of a thing that is there, or `undefined` if no stack owns it. */
  of(id: string): OwnerRow | undefined {
    const { store } = this.#parts;
    return findThing(store, id) && findOwner(store, id);
  }

  /** Records the owner of a thing, in the place of a former one. The thing may be about to be created. Returns the row. */
  claim(id: string, urn: string, known: Omit<OwnerRow, "urn" | "claimedAt"> = {}): OwnerRow {
    const { mark, madeAt, secretPaths } = known;
    const owner: OwnerRow = {
      urn,
      claimedAt: this.#parts.clock.now(),
      ...(mark === undefined ? {} : { mark }),
      ...(madeAt === undefined ? {} : { madeAt }),
      ...(secretPaths === undefined ? {} : { secretPaths }),
    };
    this.#parts.store.transaction(() => putOwner(this.#parts.store, id, owner));
    return owner;
  }

  /** A mark that no other state holds: like key material it never comes from an injected source of chance. */
  newMark(): string {
    return randomUuid(systemRandom);
  }

  /**
   * Notes that work on a thing ended, and which arguments are secret from now on, if a claim is still in force. Returns
   * whether it is.
   */
  async settle(id: string, { mark }: OwnerRow, now: Pick<OwnerRow, "secretPaths"> = {}): Promise<boolean> {
    const { store, clock } = this.#parts;
    const isInForce = store.transaction(() => {
      const held = findOwner(store, id);
      if (held?.mark !== mark) return false;
      if (held) putOwner(store, id, { ...held, ...now, madeAt: held.madeAt ?? clock.now() });
      return true;
    });
    await writeCatalogs(this.#parts);
    return isInForce;
  }

  /** Which settings of a thing are secret, whether or not a stack owns it; `undefined` if no call has ever said. */
  secretPaths(id: string): NotedSecrets | undefined {
    return findSecretPaths(this.#parts.store, id);
  }

  /** The settings of each thing that has secret arguments, and the paths of these. */
  secretSettings(): ReturnType<typeof listSecretSettings> {
    return listSecretSettings(this.#parts.store);
  }

  /**
   * Takes the owner away: the next resource that declares the thing owns it. What is secret of a thing that is there stays
   * secret. Returns the former owner.
   */
  async release(id: string): Promise<OwnerRow | undefined> {
    const { store } = this.#parts;
    const former = store.transaction(() => {
      const held = findOwner(store, id);
      if (findThing(store, id)) leaveOwnerless(store, id);
      else deleteOwner(store, id);
      return held;
    });
    await writeCatalogs(this.#parts);
    return former;
  }

  /** All things with their owners, ordered by id. */
  list(): { thing: Thing; owner: OwnerRow | undefined }[] {
    return listThings(this.#parts.store, {}).map((thing) => ({ thing, owner: this.of(thing.id) }));
  }

  /** Things of a name or an id. */
  named(name: string): Thing[] {
    const wanted = name.toLowerCase();
    return listThings(this.#parts.store, {}).filter(
      ({ id }) => id.toLowerCase() === wanted || nameOf(id).toLowerCase() === wanted,
    );
  }
}

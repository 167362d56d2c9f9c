/** Whose a thing is: the resource of a stack that may change and delete it. */
import type { OwnerRow } from "../engine/engine.ts";
import { stackOfUrn } from "../urn.ts";
import type { Notice } from "./notice.ts";

/** What a resource's state keeps of the thing that was made for it. It stays the same when the URN changes. */
export interface OwnerMark {
  /** The engine that made the thing. */
  readonly engine: string;
  /** That engine's home folder. */
  readonly home: string;
  /** Says which creation the state belongs to: the state of a replaced one has an older mark. */
  readonly mark: string;
}

/** What the program of this run says of a resource. */
export interface Declared {
  /** Whether it consents to a replacement that deletes a replica. */
  readonly allowsReplicaDeletion: boolean;
}

/** The resource in whose name a call is made. */
export interface Owner {
  readonly urn: string;
  /** What its state holds. */
  readonly kept?: OwnerMark | undefined;
  /** Whether it takes over what exists, on purpose. */
  readonly adopts: boolean;
  /** The resources that the program has declared in this run so far, by URN. */
  readonly declared: ReadonlyMap<string, Declared>;
  /** Paths of its arguments that are secret; absent where the call does not say. */
  readonly secretPaths?: readonly string[];
  /** Shows a line under the resource. */
  notify(notice: Notice): void;
}

/**
 * Whether a resource may change a thing. Its state's mark decides, and so does its URN, since a state that was put
 * back from a copy holds an older mark. Of things whose owner's state has no mark yet, a resource of the same stack
 * takes over those of a resource that the program has not declared so far: it was renamed.
 */
export function mayChange(held: OwnerRow | undefined, { urn, kept, declared }: Owner): boolean {
  if (!held || held.urn === urn) return true;
  if (held.mark !== undefined) return held.mark === kept?.mark;
  return kept === undefined && stackOfUrn(held.urn) === stackOfUrn(urn) && !declared.has(held.urn);
}

/**
 * Whether a deletion in the name of a resource may delete a thing. The mark alone decides where there is one: when a
 * replacement was created first, it has the thing by now, under the same URN.
 */
export function mayDelete(held: OwnerRow | undefined, { urn, kept }: Owner): boolean {
  if (!held) return true;
  return held.mark === undefined ? held.urn === urn : held.mark === kept?.mark;
}

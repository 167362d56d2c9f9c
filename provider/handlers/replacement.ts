/** Replacements, and those that would lose a replica. */
import { armIdOf, idNames, nameOf, sameId } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { Kind } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import { unknownValue } from "./handler.ts";
import type { Owner } from "./owner.ts";
import { plain, said } from "../message.ts";
import { argumentName } from "../kinds/argument-name.ts";

/** Whether the replacement is going to have the id of what it replaces, which must then make room first. */
export function keepsId(kind: Kind, id: string, wanted: object): boolean {
  const values = wanted as Record<string, unknown>;
  // What is not known yet is most likely what it was.
  const path = Object.fromEntries(idNames(kind).map((name) => [name, values[name]]));
  if (Object.values(path).includes(unknownValue)) return true;
  return sameId(armIdOf(kind, path), id);
}

/** Whether a thing has a replica of its own, or is about to have one. */
function hasReplica(engine: Engine, id: string): boolean {
  const item = engine.findItem(id);
  return item !== undefined && item.state !== "EnablingReplication";
}

/** Refuses to replace a thing that has a replica unless the program consents. Throws `ActionNotAllowed`. */
export function requireReplicaMayGo(engine: Engine, kind: Kind, id: string, { urn, declared }: Owner): void {
  const program = declared.get(urn);
  if (!program || program.allowsReplicaDeletion || !hasReplica(engine, id)) return;
  const message = said`A replacement of the ${plain(kind.title)} ${nameOf(id)} would delete its replica and all recovery points. Take the
      change back, or set allowReplicaDeletion: true and run the update again.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: id });
}

/** Refuses a replacement that must delete first what others use. Throws `InUse`. */
export function requireUnused(engine: Engine, kind: Kind, id: string, property: string): void {
  const users = engine.usersOf(id);
  if (users.length === 0) return;
  const shown = users.slice(0, 3).map((thing) => `${kinds[thing.kind].title} ${nameOf(thing.id)}`);
  const more = users.length > shown.length ? ` and ${users.length - shown.length} more` : "";
  const message = said`A change of ${plain(argumentName(property))} replaces the ${plain(kind.title)} ${nameOf(id)}, which would have to be deleted first: it is in
      use by ${shown.join(", ")}${more}. Take the change back, or declare a second one under another name.`;
  throw new SiteRecoveryError("InUse", message, { target: id, property });
}

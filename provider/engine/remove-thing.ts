/** Removes settings that nothing depends on. */
import { namedIdsOf, nameOf, sameId } from "../arm-id.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { KindName } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import { findItem } from "../store/protected-items.ts";
import { deleteThing, findThing, listThings, listThingsReferringTo, type Thing } from "../store/things.ts";
import { fabricTypeOf } from "./inventory/fabric-type.ts";
import type { EngineParts } from "./engine-parts.ts";
import { fabricOf } from "./inventory/inventories.ts";
import { itemKinds } from "./protected-item/item-things.ts";
import { plain, said } from "../message.ts";

const namesShown = 5;

function describe(things: readonly Thing[]): string {
  const shown = things.slice(0, namesShown).map((thing) => `${kinds[thing.kind].title} ${nameOf(thing.id)}`);
  const more = things.length > namesShown ? ` and ${things.length - namesShown} more` : "";
  return shown.join(", ") + more;
}

/** Machines whose replicas a thing keeps, or that it serves as a process server, without being named by them (C-3). */
function listMachinesUsing(parts: EngineParts, thing: Thing): Thing[] {
  const things = itemKinds.flatMap((kind) => listThings(parts.store, { kind }));
  return things.filter(({ id }) => {
    const details = findItem(parts.store, id)?.details;
    const used = [details, details?.reverse].flatMap((one) => [one?.processServerId, one?.replicaStoreId]);
    return used.some((one) => one !== undefined && sameId(one, thing.id));
  });
}

/** What stands behind a VMM or configuration server, and is unreachable when the last one of its fabric goes (C-1). */
const behindServers: readonly KindName[] = ["host", "vcenter", "master-target"];

function listThingsBehind(parts: EngineParts, server: Thing): Thing[] {
  if (server.kind !== "services-provider") return [];
  const fabricId = fabricOf(server.id);
  const isOfHost = fabricTypeOf(parts, fabricId) === "HyperVSite";
  const isLast = listThings(parts.store, { kind: "services-provider", under: fabricId }).length === 1;
  if (isOfHost || !isLast) return [];
  return behindServers.flatMap((kind) => listThings(parts.store, { kind, under: fabricId }));
}

/** Things whose arguments name a thing by name alone. */
function listThingsNaming(parts: EngineParts, id: string): Thing[] {
  return Object.values(kinds)
    .filter((kind) => kind.names)
    .flatMap((kind) =>
      listThings(parts.store, { kind: kind.kind }).filter(({ inputs }) =>
        namedIdsOf(kind, inputs).some((named) => sameId(named, id)),
      ),
    );
}

function withoutRepeats(things: readonly Thing[]): Thing[] {
  return things.filter((thing, at) => things.findIndex((one) => sameId(one.id, thing.id)) === at);
}

/** Things that live in a thing, refer to it, or keep replicas on it. */
export function usersOf(parts: EngineParts, thing: Thing): Thing[] {
  return withoutRepeats([
    ...listThings(parts.store, { under: thing.id }),
    ...listThingsReferringTo(parts.store, thing.id),
    ...listThingsNaming(parts, thing.id),
    ...listMachinesUsing(parts, thing),
    ...listThingsBehind(parts, thing),
  ]);
}

function inUse(thing: Thing, users: readonly Thing[]): SiteRecoveryError {
  const message = said`The ${plain(kinds[thing.kind].title)} ${nameOf(thing.id)} cannot be deleted: it is in use by ${describe(users)}.
      ${
        thing.kind === "process-server"
          ? "Name another process server in their processServerId, or delete those first."
          : "Delete those first."
      }`;
  return new SiteRecoveryError("InUse", message, { target: thing.id });
}

/** Kinds that have a replica or a test machine behind them, and are never deleted along with something else. */
const neverLeftBehind: readonly KindName[] = [...itemKinds, "drill"];

/**
 * Removes a thing; gone already is fine. Things in it that `isLeftBehind` names are removed with it, in the same
 * transaction, if all that uses any of them is removed too; they are returned, innermost first. Throws `InUse`.
 */
export function removeThing(
  parts: EngineParts,
  id: string,
  isLeftBehind: (thing: Thing) => boolean = () => false,
): Thing[] {
  return parts.store.transaction(() => {
    const thing = findThing(parts.store, id);
    if (!thing) return [];
    const along = listThings(parts.store, { under: id }).filter(
      (one) => !neverLeftBehind.includes(one.kind) && isLeftBehind(one),
    );
    const stays = (one: Thing): boolean => ![thing, ...along].some((other) => sameId(other.id, one.id));
    for (const one of [thing, ...along]) {
      const users = usersOf(parts, one).filter(stays);
      if (users.length > 0) throw inUse(thing, one === thing ? users : [one, ...users]);
    }
    const innermostFirst = along.toReversed();
    for (const one of [...innermostFirst, thing]) deleteThing(parts.store, one.id);
    return innermostFirst;
  });
}

/** Removes settings that nothing depends on. */
import { namedIdsOf, nameOf, sameId } from "../arm-id.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { KindName } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import { findItem } from "../store/protected-items.ts";
import { deleteThing, findThing, listThings, listThingsReferringTo, type Thing } from "../store/things.ts";
import { fabricTypeOf } from "./components/fabric-type.ts";
import type { EngineParts } from "./engine-parts.ts";
import { fabricOf } from "./inventory/inventories.ts";
import type { ItemDetails } from "./protected-item/item.ts";
import { itemKinds } from "./protected-item/item-things.ts";

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
    const details = findItem<string, ItemDetails>(parts.store, id)?.details;
    const used = [details, details?.reverse].flatMap((one) => [one?.processServerId, one?.replicaStoreId]);
    return used.some((one) => one !== undefined && sameId(one, thing.id));
  });
}

/** What stands behind a VMM or configuration server, and is reached by nobody when the last one of its fabric goes (C-1). */
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

export function removeThing(parts: EngineParts, id: string): void {
  parts.store.transaction(() => {
    const thing = findThing(parts.store, id);
    if (!thing) return;
    const users = withoutRepeats([
      ...listThings(parts.store, { under: id }),
      ...listThingsReferringTo(parts.store, id),
      ...listThingsNaming(parts, id),
      ...listMachinesUsing(parts, thing),
      ...listThingsBehind(parts, thing),
    ]);
    if (users.length > 0) {
      const message =
        `The ${kinds[thing.kind].title} ${nameOf(id)} cannot be deleted: it is in use by ${describe(users)}. ` +
        (thing.kind === "process-server"
          ? "Name another process server in their processServerId, or delete those first."
          : "Delete those first.");
      throw new SiteRecoveryError("InUse", message, { target: id });
    }
    deleteThing(parts.store, id);
  });
}

/**
 * Which process server serves a machine [C-3]: the one that its settings name, else the one of its site that has
 * the fewest bytes to protect and whose cache folder is there. It stays with the machine until the settings name another one.
 */
import { nameOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { ProcessServerInputs } from "../../kinds/process-server.ts";
import { listItems } from "../../store/protected-items.ts";
import { findThing, listThings } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { fabricTypeOf } from "../inventory/fabric-type.ts";
import { said } from "../../message.ts";

export interface ServerLoad {
  readonly machineCount: number;
  readonly protectedBytes: number;
}

/** What a process server has to do, in both directions. */
export function loadOf(parts: EngineParts, serverId: string): ServerLoad {
  const sizes = listItems(parts.store).flatMap(({ details }) => {
    const used = details.reverse ?? details;
    if (used.processServerId === undefined || !sameId(used.processServerId, serverId)) return [];
    return details.disks.reduce((sum, disk) => sum + disk.sizeBytes, 0);
  });
  return { machineCount: sizes.length, protectedBytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/**
 * The process servers of a site, at least one: those declared, and the one that is there by default. That is on the
 * configuration server of a VMware fabric, besides all others; elsewhere it is used while none is declared.
 */
export function processServersOf(parts: EngineParts, fabricId: string): string[] {
  const declared = listThings(parts.store, { kind: "process-server", under: fabricId }).map(({ id }) => id);
  if (fabricTypeOf(parts, fabricId) === "VMware") {
    const registrations = listThings(parts.store, { kind: "services-provider", under: fabricId });
    return [...registrations.map(({ id }) => id), ...declared];
  }
  return declared.length > 0 ? declared : [`${fabricId}/replicationProcessServers/default`];
}

/** Process servers in Azure, which serve the way back from there (V2F-5). */
function processServersInAzure(parts: EngineParts): string[] {
  return listThings(parts.store, { kind: "process-server" })
    .map(({ id }) => id)
    .filter((id) => fabricTypeOf(parts, fabricOf(id)) === "Azure");
}

/** Whether the folder that a server was declared with is there; an undeclared one is made when it is needed. */
function hasCache(parts: EngineParts, serverId: string): boolean {
  const thing = findThing<ProcessServerInputs>(parts.store, serverId);
  const folder = thing?.kind === "process-server" ? thing.inputs.cacheFolder : undefined;
  return folder === undefined || parts.files.exists(folder);
}

/** The server with the least to do of those that can work; of all, if none can: its next cycle says what is missing. */
function leastLoaded(parts: EngineParts, servers: readonly string[]): string {
  if (servers.length === 1) return servers[0]!;
  const working = servers.filter((id) => hasCache(parts, id));
  const loads = (working.length === 0 ? servers : working).map((id) => ({
    id,
    bytes: loadOf(parts, id).protectedBytes,
  }));
  return loads.reduce((least, one) => (one.bytes < least.bytes ? one : least)).id;
}

function requireServer(parts: EngineParts, itemId: string, wanted: string): string {
  const servers = processServersOf(parts, fabricOf(itemId));
  const found = servers.find((id) => sameId(id, wanted));
  if (found !== undefined) return found;
  const isThere = findThing(parts.store, wanted) !== undefined;
  const what = isThere
    ? `${nameOf(wanted)} is no process server of its site ${nameOf(fabricOf(itemId))}`
    : `there is no process server ${nameOf(wanted)}`;
  const message = said`${nameOf(itemId)} cannot be served: ${what}. There are: ${servers.map(nameOf).join(", ")}.
      Name one of them, or declare a ProcessServer and let this resource depend on it.`;
  throw new SiteRecoveryError("MissingReference", message, { target: itemId, property: "processServerId" });
}

/**
 * The process server of an item from now on: the wanted one; by default the one that it has, while that exists.
 * Throws `MissingReference` for one that is not there or belongs to another site.
 */
export function processServerFor(
  parts: EngineParts,
  itemId: string,
  wanted: string | undefined,
  current: string | undefined,
): string {
  if (wanted !== undefined) return requireServer(parts, itemId, wanted);
  const servers = processServersOf(parts, fabricOf(itemId));
  const stays = current !== undefined && servers.find((id) => sameId(id, current));
  return stays || leastLoaded(parts, servers);
}

/** The process server of the way back: one in Azure, or of the second site. */
export function processServerForWayBack(parts: EngineParts, secondFabricId: string | undefined): string {
  const servers =
    secondFabricId === undefined ? processServersInAzure(parts) : processServersOf(parts, secondFabricId);
  if (servers.length > 0) return leastLoaded(parts, servers);
  const message = said`There is no process server in Azure (V2F-5). Declare a ProcessServer in a fabric of Azure.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, {});
}

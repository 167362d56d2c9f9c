/**
 * Whether a process server may have work: the machines that name it, those that the engine may give to it, and those
 * whose way back may lead through it. A server that only the definition still knows may be broken.
 */
import { migratedMachine } from "./check-migrations.ts";
import { containerOf, siteOf } from "./site-of.ts";
import { instanceTypeOf } from "./site-parts.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";
import type { StackSite } from "./stack-site.ts";

/** Whether a machine of the site may send its data through the server. */
function mayTake(stack: StackDefinition, site: StackSite, server: string, machine: StackMachine): boolean {
  if (machine.processServer !== undefined) return machine.processServer === server;
  const container = containerOf(stack, machine);
  // Between VMware sites a machine that names none has the one on its configuration server (C-2).
  return container === undefined || instanceTypeOf(site, container) !== "InMage";
}

/** Says whether a machine of the definition may use a process server of a site, or of Azure where `site` is `undefined`. */
export function serverUsers(
  stack: StackDefinition,
): (site: StackSite | undefined, server: string) => boolean {
  const machines = stack.machines ?? [];
  const all = [...machines, ...(stack.migrations ?? []).map(migratedMachine)];
  const bySite = Map.groupBy(all, (machine) => siteOf(stack, machine.site));
  // A way back takes the server with the least to do, so that any of the other side may be it.
  const waysBack = new Set<string | undefined>();
  for (const machine of machines) {
    const site = siteOf(stack, machine.site);
    const container = containerOf(stack, machine);
    if (site === undefined || container === undefined) continue;
    // A Hyper-V machine comes back from Azure without a server there.
    if (instanceTypeOf(site, container) !== "HyperVReplicaAzure") waysBack.add(container.target?.site);
  }
  return (site, server) =>
    waysBack.has(site?.name) ||
    (site !== undefined && (bySite.get(site) ?? []).some((machine) => mayTake(stack, site, server, machine)));
}

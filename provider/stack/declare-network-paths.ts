/** How a site reaches the other side. */
import { microsoftAzure } from "../kinds/kind.ts";
import type { NetworkPathInputs } from "../kinds/network-path.ts";
import type { Declaration } from "./declaration.ts";
import type { StackNetworkPath, StackSite } from "./stack-site.ts";
import { logicalNames, type StackIds } from "./stack-ids.ts";

/** Arguments of a network path. */
export function networkPathInputs(
  ids: StackIds,
  site: StackSite,
  { name, site: end, closedPorts, ...settings }: StackNetworkPath,
): NetworkPathInputs {
  return {
    ...ids.inSite(site),
    networkPathName: name,
    recoveryFabricName: end ?? microsoftAzure,
    ...(closedPorts === undefined ? {} : { closedPorts: [...closedPorts] }),
    ...settings,
  };
}

export function declareNetworkPaths(ids: StackIds, site: StackSite): Declaration[] {
  return (site.networkPaths ?? []).map((path) => ({
    logicalName: logicalNames.networkPath(site.name, path.name),
    kind: "network-path",
    inputs: networkPathInputs(ids, site, path),
    dependsOn: [
      logicalNames.site(site.name),
      ...(path.site === undefined ? [] : [logicalNames.site(path.site)]),
    ],
  }));
}

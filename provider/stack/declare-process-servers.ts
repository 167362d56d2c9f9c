/** Process servers of sites, and those in Azure, which have a fabric of their own there (V2F-5). */
import type { ProcessServerInputs } from "../kinds/process-server.ts";
import type { Declaration } from "./declaration.ts";
import { folderFrom, type StackFile } from "./stack-file.ts";
import { azureFabricName, logicalNames, type StackIds } from "./stack-ids.ts";
import type { StackProcessServer } from "./stack-site.ts";

type Fabric = StackIds["inAzure"];

/** Arguments of a process server. */
export function processServerInputs(
  stack: StackFile,
  fabric: Fabric,
  { name, cache, ...settings }: StackProcessServer,
): ProcessServerInputs {
  return {
    ...fabric,
    processServerName: name,
    ...(cache === undefined ? {} : { cacheFolder: folderFrom(stack, cache) }),
    ...settings,
  };
}

export function declareProcessServers(
  stack: StackFile,
  fabric: Fabric,
  processServers: readonly StackProcessServer[] = [],
): Declaration[] {
  return processServers.map((server) => ({
    logicalName: logicalNames.processServer(fabric.fabricName, server.name),
    kind: "process-server",
    inputs: processServerInputs(stack, fabric, server),
    dependsOn: [logicalNames.site(fabric.fabricName)],
  }));
}

/** The fabric of Azure with its process servers; none where there are none. */
export function declareAzureFabric(stack: StackFile, ids: StackIds): Declaration[] {
  const { azure, location, vault } = stack.definition;
  if ((azure.processServers ?? []).length === 0) return [];
  const customDetails = { instanceType: "Azure", ...(location === undefined ? {} : { location }) };
  return [
    {
      logicalName: logicalNames.site(azureFabricName),
      kind: "fabric",
      inputs: { ...ids.inAzure, properties: { customDetails } },
      dependsOn: [vault.name],
    },
    ...declareProcessServers(stack, ids.inAzure, azure.processServers),
  ];
}

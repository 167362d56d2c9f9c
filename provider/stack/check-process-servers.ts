/** Process servers: their names, and the hours and limits of their bandwidth. */
import { processServerSettings } from "../handlers/process-server.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import type { Findings } from "./findings.ts";
import type { StackDefinition } from "./stack-definition.ts";
import { azureFabricName, StackIds } from "./stack-ids.ts";
import type { StackProcessServer } from "./stack-site.ts";

function checkList(
  stack: StackDefinition,
  servers: readonly StackProcessServer[],
  place: YamlPath,
  findings: Findings,
): void {
  const { inAzure } = new StackIds(stack);
  const named = servers.map(({ name }, index) => ({ path: [...place, index, "name"], name }));
  findings.requireUnique(named, "process server");
  for (const [index, { bandwidth }] of servers.entries()) {
    const inputs = { ...inAzure, ...(bandwidth === undefined ? {} : { bandwidth }) };
    for (const { property, reason } of processServerSettings.rules!(inputs))
      findings.add("process-server-bandwidth", [...place, index, ...property.split(".")], reason);
  }
}

export function checkProcessServers(stack: StackDefinition, findings: Findings): void {
  checkList(stack, stack.azure.processServers ?? [], ["azure", "processServers"], findings);
  for (const [index, site] of stack.sites.entries()) {
    checkList(stack, site.processServers ?? [], ["sites", index, "processServers"], findings);
    if (stack.azure.processServers === undefined || site.name.toLowerCase() !== azureFabricName) continue;
    const message = `'${site.name}' is the fabric of the process servers in Azure; take another name`;
    findings.add("reserved-name", ["sites", index, "name"], message);
  }
}

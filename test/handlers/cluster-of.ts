/** A protection cluster of two machines as a program would have it, and a site with those and a third, for tests. */
import { randomBytes } from "node:crypto";
import type { FlowId } from "../../provider/model/flows.ts";
import type { ProtectionClusterInputs as Inputs } from "../../provider/kinds/protection-cluster.ts";
import { FlowSite } from "../engine/flow-site.ts";

export const nodes = ["db1", "db2"];

export async function clusterSite(flow: FlowId): Promise<FlowSite> {
  const machines = [...nodes, "web1"];
  const site = await FlowSite.make({ flow, machines, content: randomBytes(262_144) });
  for (const name of machines) await site.protect(name);
  return site;
}

export function clusterOf(
  site: FlowSite,
  settings: Inputs["properties"] = {},
  more: Partial<Inputs> = {},
): Inputs {
  return {
    resourceGroupName: "dr",
    resourceName: "dr-vault",
    fabricName: "london",
    protectionContainerName: "machines",
    replicationProtectionClusterName: "sql",
    properties: {
      protectionClusterType: "WindowsServerFailoverCluster",
      clusterFqdn: "sql.example.com",
      clusterNodeFqdns: ["DB1.example.com", "db2.example.com"],
      clusterProtectedItemIds: nodes.map((name) => site.itemId(name)),
      ...settings,
    },
    ...more,
  };
}

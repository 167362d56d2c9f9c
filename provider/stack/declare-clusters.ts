import type { Declaration } from "./declaration.ts";
import { containerOf, siteOf } from "./site-of.ts";
import type { StackDefinition } from "./stack-definition.ts";
import { logicalNames, type StackIds } from "./stack-ids.ts";

/** Protection clusters, in the container of their machines. */
export function declareClusters(stack: StackDefinition, ids: StackIds): Declaration[] {
  const machines = new Map((stack.machines ?? []).map((machine) => [machine.name, machine]));
  return (stack.clusters ?? []).map((cluster) => {
    const members = cluster.machines.map((name) => machines.get(name)!);
    const [first] = members as [(typeof members)[number]];
    const { type, fqdn, nodes, activeLocation, failover } = cluster;
    return {
      logicalName: logicalNames.cluster(cluster.name),
      kind: "protection-cluster",
      inputs: {
        ...ids.inContainer(siteOf(stack, first.site)!, containerOf(stack, first)!),
        replicationProtectionClusterName: cluster.name,
        properties: {
          ...(type === undefined ? {} : { protectionClusterType: type }),
          ...(fqdn === undefined ? {} : { clusterFqdn: fqdn }),
          ...(nodes === undefined ? {} : { clusterNodeFqdns: [...nodes] }),
          clusterProtectedItemIds: members.map((machine) => ids.item(machine)),
        },
        ...(activeLocation === undefined ? {} : { activeLocation }),
        ...(failover === undefined ? {} : { failover: { ...failover } }),
      },
      dependsOn: cluster.machines.map(logicalNames.machine),
    };
  });
}

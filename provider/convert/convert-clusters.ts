import { nameOf } from "../arm-id.ts";
import type { StackCluster } from "../stack/stack-cluster.ts";
import { present, textAt, textsAt, type Values } from "./found-thing.ts";
import { isRecord } from "../record.ts";
import { propertiesOf, type ThingsOf } from "./things-of.ts";

function clusterFrom(inputs: Values, name: string, isMachine: (name: string) => boolean): StackCluster {
  const properties = propertiesOf(inputs);
  const { failover } = inputs;
  const machines = (textsAt(properties, "clusterProtectedItemIds") ?? []).map(nameOf);
  return {
    name,
    machines: machines.filter(isMachine),
    ...present({
      type: textAt(properties, "protectionClusterType"),
      fqdn: textAt(properties, "clusterFqdn"),
      nodes: textsAt(properties, "clusterNodeFqdns"),
      activeLocation: textAt(inputs, "activeLocation"),
      failover: isRecord(failover) ? failover : undefined,
    }),
  } as StackCluster;
}

/**
 * Protection clusters of a definition, with the machines that exist. Their policy and recovery container
 * come from the machines.
 */
export function clustersFrom(things: ThingsOf): StackCluster[] {
  const names = things.all("protected-item").map((inputs) => things.nameOf("protected-item", inputs));
  return things
    .all("protection-cluster")
    .map((inputs) =>
      clusterFrom(inputs, things.nameOf("protection-cluster", inputs), (name) => names.includes(name)),
    )
    .filter(({ machines }) => machines.length > 0);
}

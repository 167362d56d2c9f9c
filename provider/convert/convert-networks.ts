/** Networks of a site, what they are mapped to, and how the site reaches the other side. */
import type { StackNetworkPath, StackSite } from "../stack/stack-site.ts";
import { present, textAt } from "./found-thing.ts";
import { isName, partOf, propertiesOf, referred, type ThingsOf } from "./things-of.ts";

export function networksOf(things: ThingsOf, site: string, isVmm: boolean): Partial<StackSite> {
  const networks = things.all("vm-network", site).map((inputs) => ({
    name: things.nameOf("vm-network", inputs),
    ...present({
      logicalNetwork: textAt(inputs, "logicalNetworkName"),
      cloud: isVmm ? textAt(inputs, "protectionContainerName") : undefined,
    }),
  }));
  const networkMappings = things.all("network-mapping", site).map((inputs) => {
    const properties = propertiesOf(inputs);
    const to = partOf(textAt(properties, "recoveryNetworkId"), "replicationFabrics");
    return {
      from: textAt(inputs, "networkName") ?? "",
      to: referred(properties, "recoveryNetworkId") ?? "",
      ...(to === undefined ? {} : { site: to }),
    };
  });
  const networkPaths = things.all("network-path", site).map((inputs) => {
    const end = textAt(inputs, "recoveryFabricName");
    const { purpose, connection, closedPorts, dataPort, connected } = inputs;
    return {
      name: things.nameOf("network-path", inputs),
      ...present({ purpose, connection, closedPorts, dataPort, connected }),
      ...(end === undefined || isName(end, "Microsoft Azure") ? {} : { site: end }),
    } as StackNetworkPath;
  });
  return {
    ...(networks.length > 0 ? { networks } : {}),
    ...(networkMappings.length > 0 ? { networkMappings } : {}),
    ...(networkPaths.length > 0 ? { networkPaths } : {}),
  };
}

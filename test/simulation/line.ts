import { defaultDataPort, networkPorts } from "../../provider/kinds/network-path.ts";
import type { FlowSite } from "../engine/flow-site.ts";

/** What may be wrong with the network path between the sites. */
export const lineStates = ["up", "cut", "port closed"] as const;
export type LineState = (typeof lineStates)[number];

/** The settings of the path of a world, in a state. */
export function lineOf(site: FlowSite, state: LineState): object {
  const isAzure = site.ids.get("second fabric") === undefined;
  return {
    ...{ resourceGroupName: "dr", resourceName: "dr-vault", fabricName: "london", networkPathName: "line" },
    purpose: "replication",
    connection: isAzure ? "PublicEndpoint" : "Lan",
    recoveryFabricName: isAzure ? "Microsoft Azure" : "paris",
    connected: state !== "cut",
    closedPorts: state === "port closed" ? [networkPorts.management, defaultDataPort] : [],
  };
}

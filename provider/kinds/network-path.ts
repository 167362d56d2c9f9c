import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const networkPathKind: Kind = {
  kind: "network-path",
  className: "NetworkPath",
  title: "network path",
  armType: "SiteRecovery/networkPaths",
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/networkPaths/{networkPathName}",
  nameArgument: "networkPathName",
  names: ["Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{recoveryFabricName}"],
  immutable: ["resourceGroupName", "resourceName", "fabricName", "networkPathName", "purpose"],
};

/**
 * Ports that are not configurable (V2A-4, V2A-5): management and orchestration, and between the machines of a
 * replication group.
 */
export const networkPorts = { management: 443, multiVm: 20004 } as const;
/** The port on which machines send data to the process server, unless a path says otherwise (V2A-4). */
export const defaultDataPort = 9443;

/**
 * Arguments of a network path, which Azure does not have: how a site reaches the other side, and what of it is
 * open. A fabric without a path replicates over an open one. A closed port or a cut path makes replication fail,
 * and it is retried as HW-4f says.
 */
export interface NetworkPathInputs extends VaultScope {
  fabricName: string;
  /** Defaults to the logical name. */
  networkPathName?: string;
  /** What goes over it: replication from the site, or failback to it. */
  purpose: "replication" | "failback";
  /**
   * Replication to Azure goes over the public endpoint of the storage account or ExpressRoute public peering
   * (V2A-6). Failback from Azure comes over a site-to-site VPN or ExpressRoute private peering, which reach the
   * virtual network (V2F-6). Between sites, replication goes over a LAN or a VPN (S6).
   */
  connection:
    "PublicEndpoint" | "ExpressRoutePublicPeering" | "ExpressRoutePrivatePeering" | "SiteToSiteVpn" | "Lan";
  /** The fabric at the other end. Default `Microsoft Azure`. */
  recoveryFabricName?: string;
  /** Ports that a firewall on the way keeps closed, each from 1 to 65535. None by default. */
  closedPorts?: number[];
  /** The port on which machines send data to the process server, from 1 to 65535. Default 9443 (V2A-4). */
  dataPort?: number;
  /** Whether the path is up. Default `true`. */
  connected?: boolean;
}

export interface NetworkPathOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    /** `Normal`, or `Critical` when it is cut or a port that its purpose needs is closed. */
    health: string;
    /** Ports that its purpose needs. */
    requiredPorts: number[];
    /** What is wrong with it; empty when it is healthy. */
    reason: string;
  };
}

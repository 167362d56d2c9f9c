import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";
import { protectionContainerKind } from "./protection-container.ts";

export const hostKind: Kind = {
  kind: "host",
  className: "ReplicationHost",
  title: "host",
  armType: "SiteRecovery/replicationHosts",
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/replicationHosts/{hostName}",
  nameArgument: "hostName",
  names: [protectionContainerKind.path],
  immutable: ["resourceGroupName", "resourceName", "fabricName", "hostName"],
};

/**
 * Arguments of a Hyper-V host of a VMM cloud (S4, S6). Azure has no such resource: there the VMM server's Provider
 * reports its hosts. Its fabric is a VMM fabric with a registered VMM server.
 */
export interface HostInputs extends VaultScope {
  fabricName: string;
  /** Defaults to the logical name. */
  hostName?: string;
  /** The cloud that the host is in, a protection container of the same fabric. */
  protectionContainerName: string;
  /**
   * The folder that holds the host's machines, one folder a machine with a `machine.yaml` and its disk images.
   * Relative paths count from the Pulumi project's folder.
   */
  inventoryFolder: string;
  /** Whether the Recovery Services agent is on the host; nothing replicates to Azure without it (S4). Default `true`. */
  recoveryServicesAgentInstalled?: boolean;
}

export interface HostOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    /** `Connected`, or `Disconnected` when its inventory folder is gone. */
    connectionStatus: string;
    /** `Normal`, `Warning` without the agent, `Critical` when it cannot be reached. */
    health: string;
    machineCount: number;
  };
}

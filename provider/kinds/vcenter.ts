import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const vcenterKind: Kind = {
  kind: "vcenter",
  className: "ReplicationvCenter",
  title: "vCenter server",
  armType: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationvCenters",
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/replicationvCenters/{vcenterName}",
  nameArgument: "vcenterName",
  immutable: ["resourceGroupName", "resourceName", "fabricName", "vcenterName"],
};

/**
 * Arguments of a vCenter server, which a configuration server reads to discover the virtual machines of its ESXi
 * hosts (C-6). Its fabric is a VMware fabric with a registered configuration server (C-1).
 */
export interface VcenterInputs extends VaultScope {
  fabricName: string;
  /** Defaults to the logical name. */
  vcenterName?: string;
  properties?: {
    /** Defaults to the resource's name. */
    friendlyName?: string;
    /** Its address or host name; recorded. */
    ipAddress?: string;
    /** A port from 1 to 65535, as a string as in Azure. Default `443`. */
    port?: string;
    /** ARM id of the process server that discovers; by default the configuration server, for the one on it (C-2). */
    processServerId?: string;
    /** Name of one of the configuration server's `runAsAccounts`. */
    runAsAccountId?: string;
  };
  /**
   * Beyond Azure: the folder that holds the virtual machines of its ESXi hosts, one folder a machine with a
   * `machine.yaml` and its disk images; or the address of a real server, `vsphere://<host>?credentials-file=<file>`, whose
   * machines are then listed and cannot be protected yet. Relative paths count from the Pulumi project's folder. Required
   * by the embedded engine.
   */
  inventoryFolder?: string;
}

export interface VcenterOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    internalId: string;
    /** `Completed`, or `Failed` when the inventory folder or the configuration server is gone. */
    discoveryStatus: string;
    /** When its settings were last written; ISO 8601. */
    lastHeartbeat: string;
    /** How many machines were discovered. */
    discoveredMachineCount: number;
    /** ARM id of the configuration server; empty when there is none any more. */
    infrastructureId: string;
    fabricArmResourceName: string;
    healthErrors: { errorCode: string; summaryMessage: string }[];
  };
}

import type { WeeklyHours } from "../weekly-hours.ts";
import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const processServerKind: Kind = {
  kind: "process-server",
  className: "ProcessServer",
  title: "process server",
  armType: "SiteRecovery/replicationProcessServers",
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/replicationProcessServers/{processServerName}",
  nameArgument: "processServerName",
  immutable: ["resourceGroupName", "resourceName", "fabricName", "processServerName"],
};

/** Mebibytes of a cache without a configured limit. */
export const defaultCacheLimitMebibytes = 1024;

/** How fast a process server may send. A kilobit is 1000 bits. */
export interface Bandwidth {
  /** At all hours that nothing else is said of; 512 or more. */
  limitKilobitsPerSecond: number;
  /** Hours of the week with a limit of their own. */
  workHours?: WeeklyHours;
  /** The limit within the work hours; 512 or more. */
  workHoursLimitKilobitsPerSecond?: number;
}

/**
 * Arguments of a process server: it takes the data of the machines that it serves, keeps it in a cache of its own
 * and sends it to the target (C-2). More of them share the machines of a site (C-3); one in an Azure fabric serves
 * replication back from Azure (V2F-5). Azure has no such resource: there it registers by itself.
 */
export interface ProcessServerInputs extends VaultScope {
  fabricName: string;
  /** Defaults to the logical name. */
  processServerName?: string;
  /**
   * The folder that sealed data waits in until it is at the target. It is there already and shares nothing with
   * another folder of a site. Absent: a folder beside the engine's own files. Relative paths count from the Pulumi
   * project's folder.
   */
  cacheFolder?: string;
  /** How much may wait there, in mebibytes; 128 or more. Reading of machines stops while there is no room. Default 1024. */
  cacheLimitMebibytes?: number;
  /** Absent: as fast as it goes. */
  bandwidth?: Bandwidth;
}

export interface ProcessServerOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    /** `Normal`, or `Critical` when its cache folder is gone. */
    health: string;
    /** Machines that it serves, and the size of their disks. */
    machineCount: number;
    protectedBytes: number;
  };
}

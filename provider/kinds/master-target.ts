import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const masterTargetKind: Kind = {
  kind: "master-target",
  className: "MasterTarget",
  title: "master target",
  armType: "SiteRecovery/replicationMasterTargets",
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/replicationMasterTargets/{masterTargetName}",
  nameArgument: "masterTargetName",
  immutable: ["resourceGroupName", "resourceName", "fabricName", "masterTargetName"],
};

/**
 * Arguments of a master target server: it takes the data that comes to its side, in failback from Azure (C-4,
 * V2F-7) and in replication between sites, where it also keeps the retention points (SEC-2). Azure has no such
 * resource: there a master target registers with the configuration server. Its fabric is a VMware fabric.
 */
export interface MasterTargetInputs extends VaultScope {
  fabricName: string;
  /** Defaults to the logical name. */
  masterTargetName?: string;
  /**
   * The folder where replicas and retention points are kept. It is there already, so that a volume that is not
   * mounted is noticed; it shares nothing with an inventory folder. Relative paths count from the Pulumi
   * project's folder.
   */
  storageFolder: string;
}

export interface MasterTargetOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    /** `Normal`, or `Critical` when its storage folder is gone. */
    health: string;
  };
}

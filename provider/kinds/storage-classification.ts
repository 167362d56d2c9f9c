import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const storageClassificationKind: Kind = {
  kind: "storage-classification",
  className: "StorageClassification",
  title: "storage classification",
  armType: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationStorageClassifications",
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/replicationStorageClassifications/{storageClassificationName}",
  nameArgument: "storageClassificationName",
  immutable: ["resourceGroupName", "resourceName", "fabricName", "storageClassificationName"],
};

/**
 * Arguments of a storage classification of a VMM fabric, which Azure lists and does not let anybody declare: a
 * name for the storage that replicas of a class are kept on (S6).
 */
export interface StorageClassificationInputs extends VaultScope {
  fabricName: string;
  /** Defaults to the logical name. */
  storageClassificationName?: string;
  /**
   * The folder where replicas that come to this side are kept. It is there already, and shares nothing with an
   * inventory folder. Relative paths count from the Pulumi project's folder.
   */
  folder: string;
}

export interface StorageClassificationOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    /** `Normal`, or `Critical` when its folder is gone. */
    health: string;
  };
}

import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const storageClassificationMappingKind: Kind = {
  kind: "storage-classification-mapping",
  className: "ReplicationStorageClassificationMapping",
  title: "storage classification mapping",
  armType:
    "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationStorageClassifications" +
    "/replicationStorageClassificationMappings",
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/replicationStorageClassifications/{storageClassificationName}" +
    "/replicationStorageClassificationMappings/{storageClassificationMappingName}",
  nameArgument: "storageClassificationMappingName",
  immutable: [
    "resourceGroupName",
    "resourceName",
    "fabricName",
    "storageClassificationName",
    "storageClassificationMappingName",
    "properties.targetStorageClassificationId",
  ],
};

/** Arguments of a mapping: disks on storage of one class have their replicas on storage of the other (S6). */
export interface StorageClassificationMappingInputs extends VaultScope {
  fabricName: string;
  storageClassificationName: string;
  /** Defaults to the logical name. */
  storageClassificationMappingName?: string;
  properties?: {
    /** ARM id of the storage classification at the recovery side. Required by the embedded engine. */
    targetStorageClassificationId?: string;
  };
}

export interface StorageClassificationMappingOutputs extends CommonOutputs {
  properties: { targetStorageClassificationId: string };
}

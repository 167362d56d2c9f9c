import type { CommonOutputs, Kind } from "./kind.ts";

export const storageAccountKind: Kind = {
  kind: "storage-account",
  className: "StorageAccount",
  title: "storage account",
  armType: "Microsoft.Storage/storageAccounts",
  path: "Microsoft.Storage/storageAccounts/{accountName}",
  nameArgument: "accountName",
  immutable: ["resourceGroupName", "accountName", "location"],
};

/**
 * Arguments of a storage account of the embedded target: where replicas are kept, compressed and encrypted
 * (C-7, C-9). In the embedded target it is a folder of the engine's home.
 */
export interface StorageAccountInputs {
  resourceGroupName: string;
  /** 3 to 24 lower-case letters and digits, as in Azure. Defaults to the logical name. */
  accountName?: string;
  /** `StorageV2`, as in Azure. */
  kind: string;
  location?: string;
  sku: { name: string };
  tags?: Record<string, string>;
}

export interface StorageAccountOutputs extends CommonOutputs {
  provisioningState: string;
}

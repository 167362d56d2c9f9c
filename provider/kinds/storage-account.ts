import type { CommonOutputs, Kind } from "./kind.ts";

export const storageAccountKind: Kind = {
  kind: "storage-account",
  className: "StorageAccount",
  title: "storage account",
  armType: "Microsoft.Storage/storageAccounts",
  path: "Microsoft.Storage/storageAccounts/{accountName}",
  nameArgument: "accountName",
  immutable: ["resourceGroupName", "accountName", "location", "url"],
};

/**
 * Arguments of a storage account of the embedded target: where replicas are kept, compressed and encrypted
 * (C-7, C-9). Without a URL it is a folder of the engine's home, beside the engine: the fire that takes one takes both.
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
  /**
   * Beyond Azure: where the replicas are. `file:///folder`, `azblob://account/container`, `s3://bucket/prefix` or
   * `https://host:port/store` of another site.
   */
  url?: string;
  /** The address of the service, where it is not Azure's or AWS's own, such as `https://blobs.example.org`. */
  endpoint?: string;
  /** The region of an S3 bucket. */
  region?: string;
  /** Whether the bucket of S3 is in the path of addresses, not in the host's name. Default: with an endpoint. */
  pathStyle?: boolean;
  /** A file with the certificates (PEM) that the service's one is checked with. */
  certificateAuthorityFile?: string;
  /** Where the credentials are; never the credentials. Absent: the identity of this computer or workload. */
  credentials?: {
    /** The environment variable that holds them. */
    environmentVariable?: string;
    /** The file that holds them, readable by its owner alone. */
    file?: string;
  };
  /**
   * Locks what recovery points need until the policy's retention ends: `compliance` for everybody, `governance` for whoever
   * has no permission to end locks. The bucket needs Object Lock, the container version-level immutability.
   */
  retentionLock?: "governance" | "compliance";
  /** Whether the credentials may delete objects. Default: true. If not, `siterecovery retention` is run with others. */
  mayDelete?: boolean;
}

export interface StorageAccountOutputs extends CommonOutputs {
  provisioningState: string;
}

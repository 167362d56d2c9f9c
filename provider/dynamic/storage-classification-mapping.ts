import type * as pulumi from "@pulumi/pulumi";
import {
  type StorageClassificationMappingInputs,
  storageClassificationMappingKind,
  type StorageClassificationMappingOutputs,
} from "../kinds/storage-classification-mapping.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type ReplicationStorageClassificationMappingArgs = DeclaredArgs<StorageClassificationMappingInputs>;

/** The storage class that replicas of disks of a class are kept on. */
export class ReplicationStorageClassificationMapping extends DeclaredResource {
  declare readonly name: pulumi.Output<StorageClassificationMappingOutputs["name"]>;
  declare readonly type: pulumi.Output<StorageClassificationMappingOutputs["type"]>;
  declare readonly properties: pulumi.Output<StorageClassificationMappingOutputs["properties"]>;

  constructor(
    name: string,
    args: ReplicationStorageClassificationMappingArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(storageClassificationMappingKind, name, args, ["name", "type", "properties"], options);
  }
}

import type * as pulumi from "@pulumi/pulumi";
import {
  type StorageClassificationInputs,
  storageClassificationKind,
  type StorageClassificationOutputs,
} from "../kinds/storage-classification.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type StorageClassificationArgs = DeclaredArgs<StorageClassificationInputs>;

/** A name for the storage that replicas of a class are kept on. */
export class StorageClassification extends DeclaredResource {
  declare readonly name: pulumi.Output<StorageClassificationOutputs["name"]>;
  declare readonly type: pulumi.Output<StorageClassificationOutputs["type"]>;
  declare readonly properties: pulumi.Output<StorageClassificationOutputs["properties"]>;

  constructor(name: string, args: StorageClassificationArgs, options?: pulumi.CustomResourceOptions) {
    super(storageClassificationKind, name, args, ["name", "type", "properties"], options);
  }
}

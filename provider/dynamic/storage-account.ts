import type * as pulumi from "@pulumi/pulumi";
import {
  type StorageAccountInputs,
  storageAccountKind,
  type StorageAccountOutputs,
} from "../kinds/storage-account.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type StorageAccountArgs = DeclaredArgs<StorageAccountInputs>;

/** A storage account of the embedded target, where replicas are kept. */
export class StorageAccount extends DeclaredResource {
  declare readonly name: pulumi.Output<StorageAccountOutputs["name"]>;
  declare readonly type: pulumi.Output<StorageAccountOutputs["type"]>;
  declare readonly provisioningState: pulumi.Output<StorageAccountOutputs["provisioningState"]>;

  constructor(name: string, args: StorageAccountArgs, options?: pulumi.CustomResourceOptions) {
    super(storageAccountKind, name, args, ["name", "type", "provisioningState"], options);
  }
}

import type * as pulumi from "@pulumi/pulumi";
import {
  type ProtectionContainerInputs,
  protectionContainerKind,
  type ProtectionContainerOutputs,
} from "../kinds/protection-container.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type ReplicationProtectionContainerArgs = DeclaredArgs<ProtectionContainerInputs>;

/** The set of machines of a site. */
export class ReplicationProtectionContainer extends DeclaredResource {
  declare readonly name: pulumi.Output<ProtectionContainerOutputs["name"]>;
  declare readonly type: pulumi.Output<ProtectionContainerOutputs["type"]>;
  declare readonly properties: pulumi.Output<ProtectionContainerOutputs["properties"]>;

  constructor(
    name: string,
    args: ReplicationProtectionContainerArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(protectionContainerKind, name, args, ["name", "type", "properties"], options);
  }
}
